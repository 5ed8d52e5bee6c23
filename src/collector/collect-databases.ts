// Databases of an area: a consistent copy as one entry, or, when it is damaged, the files that it is made of.

import { posix } from 'node:path';
import type { DatabaseItem } from '../catalogue/types.ts';
import type { SourceEntry } from '../entry.ts';
import { isSystemError } from '../errors.ts';
import { joinReal } from '../host/host.ts';
import type { CollectionContext, ItemRules } from './context.ts';
import { copyDatabase, type DatabaseCopy, type PmxcfsRules } from './copy-database.ts';
import { rulesOf } from './item-rules.ts';
import { ownerOfPath } from '../catalogue/ownership.ts';
import { claimedPaths } from '../catalogue/claimed-paths.ts';
import type { PlannedArea } from './plan-collection.ts';
import { readFileEntry, reportUnreadable } from './read-file.ts';
import { reportAbsent } from './report-absent.ts';
import { emitLink, isTaken, walkSource } from './walk-sources.ts';
import { followLinks } from './follow-links.ts';
import { emitParents } from './emit-directories.ts';

export async function* collectDatabases(
  context: CollectionContext,
  { area, items }: PlannedArea,
): AsyncGenerator<Iterable<SourceEntry>> {
  for (const { item, isEnabled } of items) {
    if (!isEnabled || item.kind !== 'database') continue;
    const rules = rulesOf(context, area, item);
    for (const hostPath of claimedPaths(item, context.plan))
      yield* collectDatabase(context, rules, item, hostPath);
  }
}

async function* collectDatabase(
  context: CollectionContext,
  rules: ItemRules,
  item: DatabaseItem,
  hostPath: string,
): AsyncGenerator<Iterable<SourceEntry>> {
  const { host } = context;
  try {
    const place = followLinks(host, posix.dirname(hostPath));
    if (place === undefined) return;
    // Saved where it truly lies, and the links on the way as links: a restore writes through none.
    const truePath = posix.join(place.path, posix.basename(hostPath));
    const source = host.resolve(truePath);
    const kind = host.fs.lstatIfExists(source)?.kind;
    if (kind === undefined) reportAbsent(context, rules.areaId, item, hostPath);
    if (kind !== 'file') return;
    if (place.links.length > 0) {
      yield place.links.flatMap((link) => [...emitLink(context, rules, link)]);
      if (isTaken(context, truePath)) return;
      context.followedTargets.add(truePath);
    }
    if (context.isSurvey) {
      yield walkSource(context, rules, hostPath);
      return;
    }
    const workDirectory = context.workDirectory();
    const pmxcfs = item.rows === 'pmxcfs' ? { pmxcfs: pmxcfsRules(context) } : {};
    const { withoutRowsOf = [] } = item;
    const result = await copyDatabase(host, { source, workDirectory, withoutRowsOf, ...pmxcfs });
    if ('damage' in result) {
      yield saveDamaged(context, rules, item, { hostPath, damage: result.damage });
      return;
    }
    yield emitParents(context, rules, truePath);
    // At once, so that a failure is caught here.
    yield [...emitCopy(context, rules, { hostPath, truePath, copy: result.copy })];
    host.fs.unlink(result.copy.path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    reportUnreadable(context, rules, hostPath, error);
  }
}

function* emitCopy(
  context: CollectionContext,
  rules: ItemRules,
  { hostPath, truePath, copy }: { hostPath: string; truePath: string; copy: DatabaseCopy },
): Generator<SourceEntry> {
  const { fs } = context.host;
  const original = fs.lstat(context.host.resolve(truePath));
  const entry = readFileEntry(context, rules, {
    hostPath: truePath,
    realPath: copy.path,
    archivePath: truePath.slice(1),
    status: fs.lstat(copy.path),
  });
  if (entry === undefined) return;
  const { mode, uid, gid, mtimeNs } = original;
  const { owners } = context;
  yield { ...entry, mode, uid, gid, mtimeNs, userName: owners.user(uid), groupName: owners.group(gid) };
  context.onDatabase({ hostPath, copy });
  if (copy.withheld.length === 0) return;
  context.report({
    severity: 'info',
    code: 'database-rows-withheld',
    area: rules.areaId,
    path: hostPath,
    message: `${copy.withheld.length} files of switched-off areas were removed from the copy of ${hostPath}: ${copy.withheld.slice(0, 10).join(', ')}`,
    hint: 'the copy cannot bring these back; switch the areas on to have them',
  });
}

/** Rows which a switched-off area owns are withheld, e.g. user.cfg with BACKUP_PVE_ACL=false. */
function pmxcfsRules(context: CollectionContext): PmxcfsRules {
  const { ownership, values } = context.plan;
  return {
    isWithheld: (pvePath) =>
      ownerOfPath(ownership, `${values.PVE_CONFIG_PATH}/${pvePath}`)?.isWithheld === true,
    withholdsAny: hasWithheldPart(context),
  };
}

/** Something below /etc/pve is switched off: then no copy may hold its rows. */
function hasWithheldPart({ plan }: CollectionContext): boolean {
  const inPve = (path: string) => path.startsWith(`${plan.values.PVE_CONFIG_PATH}/`);
  return plan.areas.some(({ items }) =>
    items.some(({ item, isWithheld }) => isWithheld && claimedPaths(item, plan).some(inPve)),
  );
}

function* saveDamaged(
  context: CollectionContext,
  rules: ItemRules,
  item: DatabaseItem,
  { hostPath, damage }: { hostPath: string; damage: string },
): Generator<SourceEntry> {
  const withholds = item.rows === 'pmxcfs' && hasWithheldPart(context);
  const fate = withholds
    ? 'it is not saved, because rows of switched-off areas cannot be taken out of it'
    : 'it is saved as it is, with its log';
  context.report({
    severity: 'error',
    code: 'database-damaged',
    area: rules.areaId,
    path: hostPath,
    message: `${hostPath} is damaged (${damage}); ${fate}`,
    hint:
      item.rows === 'pmxcfs'
        ? 'on a cluster member the other nodes have good copies; on a standalone node restore it from an older archive'
        : 'bring it back from an older archive',
  });
  context.onDatabase({ hostPath, copy: undefined });
  if (withholds) return;
  for (const path of [hostPath, `${hostPath}-wal`, `${hostPath}-shm`]) {
    if (context.host.fs.lstatIfExists(joinReal(context.host.resolve(path))) !== undefined) {
      yield* walkSource(context, rules, path);
    }
  }
}
