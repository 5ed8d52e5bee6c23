// Who owns a path. The most specific claim of the whole catalogue wins, whether its area is enabled or not: a
// disabled ssh area must not leak out through "the rest of /etc". Claims live in a tree of path components, so
// a walk carries the claims of where it stands along and asks one map look-up a name.

import picomatch from 'picomatch';

/** Identifies an item: the owner of a claim. */
export interface Claim {
  areaId: string;
  itemIndex: number;
  isEnabled: boolean;
  /** Not enabled because the user switched a toggle off: what it owns must not be in the archive in any form. */
  isWithheld: boolean;
}

interface GlobChild {
  matches: (name: string) => boolean;
  node: ClaimNode;
}

export interface ClaimNode {
  claims: Claim[];
  exact: Map<string, ClaimNode>;
  globs: GlobChild[];
  globByPattern: Map<string, ClaimNode>;
}

/** Where a walk stands: every node that its path matches, exact ones first. Usually none or one. */
export type ClaimPosition = readonly ClaimNode[];

function emptyNode(): ClaimNode {
  return { claims: [], exact: new Map(), globs: [], globByPattern: new Map() };
}

export function createOwnership(): ClaimNode {
  return emptyNode();
}

const globCharacters = /[*?[\]{}]/;

/** Enters a claim. `pattern` is an absolute path whose components may hold `*`, `?`, `[...]`, `{a,b}`. */
export function addClaim(root: ClaimNode, pattern: string, claim: Claim): void {
  let node = root;
  for (const component of pattern.split('/').filter(Boolean)) {
    node = globCharacters.test(component) ? globChild(node, component) : exactChild(node, component);
  }
  node.claims.push(claim);
}

function exactChild(node: ClaimNode, name: string): ClaimNode {
  const existing = node.exact.get(name);
  if (existing !== undefined) return existing;
  const created = emptyNode();
  node.exact.set(name, created);
  return created;
}

function globChild(node: ClaimNode, pattern: string): ClaimNode {
  const existing = node.globByPattern.get(pattern);
  if (existing !== undefined) return existing;
  const created = emptyNode();
  node.globByPattern.set(pattern, created);
  node.globs.push({ matches: componentMatcher(pattern), node: created });
  return created;
}

/** Matches one path component; `*` takes a leading dot only when the pattern starts with one, as in a shell. */
export function componentMatcher(pattern: string): (name: string) => boolean {
  const matches = picomatch(pattern, { dot: false, noextglob: true });
  // Not the function itself: it takes more parameters, which `filter` would fill.
  return (name) => matches(name);
}

const nowhere: ClaimPosition = [];

/** One step down. */
export function stepDown(position: ClaimPosition, name: string): ClaimPosition {
  if (position.length === 0) return nowhere;
  const below: ClaimNode[] = [];
  for (const node of position) {
    const exact = node.exact.get(name);
    if (exact !== undefined) below.push(exact);
  }
  for (const node of position) {
    for (const glob of node.globs) if (glob.matches(name)) below.push(glob.node);
  }
  return below.length === 0 ? nowhere : below;
}

export function positionOf(root: ClaimNode, path: string): ClaimPosition {
  let position: ClaimPosition = [root];
  for (const component of path.split('/')) {
    if (component !== '') position = stepDown(position, component);
  }
  return position;
}

/** The most specific claim on a path: its own, or that of the nearest directory above it. */
export function ownerOfPath(root: ClaimNode, path: string): Claim | undefined {
  let owner: Claim | undefined;
  let position: ClaimPosition = [root];
  for (const component of path.split('/').filter(Boolean)) {
    position = stepDown(position, component);
    if (position.length === 0) return owner;
    owner = ownerAt(position) ?? owner;
  }
  return owner;
}

/** True when an item names this path itself or one below it: leaving it out would leave out a source. */
export function isDeclaredPlace(root: ClaimNode, path: string): boolean {
  let node: ClaimNode | undefined = root;
  for (const component of path.split('/').filter(Boolean)) node = node?.exact.get(component);
  return node !== undefined;
}

/** The claim that owns exactly this position: the first enabled one, else the first; undefined: nobody claims it. */
export function ownerAt(position: ClaimPosition): Claim | undefined {
  let disabled: Claim | undefined;
  for (const node of position) {
    for (const claim of node.claims) {
      if (claim.isEnabled) return claim;
      disabled ??= claim;
    }
    // An exact name is more specific than a pattern: a disabled exact claim is not overruled by a glob.
    if (disabled !== undefined) return disabled;
  }
  return disabled;
}
