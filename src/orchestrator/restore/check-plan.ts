// Asks the system's own programs about planned contents that could lock the admin out, before anything is changed. What they
// refuse is left out of the plan, with their words as the reason.

import { hostNames, readHostText } from '../../host/detect-text.ts';
import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { accountPaths, type AccountFiles } from '../../restore/merge/account-files.ts';
import { checkAccounts } from '../../restore/merge/check-accounts.ts';
import { checkFstab } from '../../restore/merge/check-fstab.ts';
import type { CheckResult } from '../../restore/merge/check-result.ts';
import { checkSudoers } from '../../restore/merge/check-sudoers.ts';
import { checkNetwork } from '../../restore/network/check-network.ts';
import type { TextDifference } from '../../restore/plan/plan-restore.ts';
import { changesHost, type RestorePlan } from '../../restore/plan/restore-plan.ts';
import { encodeBytePath } from '../../util/byte-path.ts';

export interface PlanChecks {
  /** Path -> why it must not be put in place. */
  refused: Map<string, string>;
  /** Sentences: what could not be checked. */
  unchecked: string[];
}

interface Checking {
  host: Host;
  /** Planned text by path, of what changes. */
  planned: ReadonlyMap<string, string>;
  workDirectory: RealPath;
  checks: PlanChecks;
}

const sudoersPath = 'etc/sudoers';
const fragments = 'etc/sudoers.d';

/** `workDirectory` is private and exists. Never throws for what the programs say. */
export async function checkPlan(
  host: Host,
  plan: RestorePlan,
  differences: ReadonlyMap<string, TextDifference>,
  workDirectory: RealPath,
): Promise<PlanChecks> {
  const changing = plan.entries.filter((entry) => changesHost(entry));
  const planned = new Map(
    changing.flatMap(({ path }) => {
      const text = differences.get(path)?.planned;
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
  const checking = { host, planned, workDirectory, checks: { refused: new Map(), unchecked: [] } };
  await checkMountTable(checking);
  await checkAccountFiles(checking);
  await checkSudo(checking);
  await checkNetworkFiles(checking, { needsNodeAddress: isProxmox(plan) });
  return checking.checks;
}

function isProxmox({ preflight }: RestorePlan): boolean {
  return preflight.some(({ check, host }) => check === 'product' && /\bpve\b/u.test(host));
}

function take({ checks }: Checking, paths: readonly string[], program: string, result: CheckResult): void {
  const [first = 'it gives no reason'] = result.problems;
  if (result.verdict === 'valid') return;
  if (result.verdict === 'unchecked') checks.unchecked.push(`${listed(paths)}: not checked, ${first}`);
  else for (const path of paths) checks.refused.set(path, `${program} refuses the new content: ${first}`);
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `/${path}`).join(', ');
}

async function checkMountTable(checking: Checking): Promise<void> {
  const { host, planned, workDirectory } = checking;
  const merged = planned.get('etc/fstab');
  if (merged === undefined) return;
  const live = readHostText(host, '/etc/fstab');
  take(checking, ['etc/fstab'], 'findmnt', await checkFstab(host, { live, merged }, workDirectory));
}

async function checkAccountFiles(checking: Checking): Promise<void> {
  const { host, planned, workDirectory } = checking;
  const paths = Object.values(accountPaths).map((path) => path.slice(1));
  const changed = paths.filter((path) => planned.has(path));
  if (changed.length === 0) return;
  const textsBy = (text: (path: string) => string | undefined): AccountFiles =>
    Object.fromEntries(
      Object.entries(accountPaths).flatMap(([name, path]) => {
        const found = text(path);
        return found === undefined ? [] : [[name, found]];
      }),
    );
  const live = textsBy((path) => readHostText(host, path));
  const merged = textsBy((path) => planned.get(path.slice(1)) ?? readHostText(host, path));
  take(checking, changed, 'pwck or grpck', await checkAccounts(host, { live, merged }, workDirectory));
}

async function checkSudo(checking: Checking): Promise<void> {
  const { host, planned, workDirectory, checks } = checking;
  const isFragment = (path: string) => path.startsWith(`${fragments}/`);
  const changed = [...planned.keys()].filter((path) => path === sudoersPath || isFragment(path));
  if (changed.length === 0) return;
  const text = (path: string) => planned.get(path) ?? readHostText(host, `/${path}`);
  const names = new Set([
    ...hostNames(host, `/${fragments}`),
    ...changed.filter(isFragment).map((path) => path.slice(fragments.length + 1)),
  ]);
  const parts = new Map(
    [...names].flatMap((name) => {
      const found = text(`${fragments}/${name}`);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
  const sudoers = text(sudoersPath) ?? `@includedir /${fragments}\n`;
  const result = await checkSudoers(host, { sudoers, fragments: parts }, workDirectory);
  // Without an answer they stay away: a file that sudo cannot read takes root from everybody.
  if (result.verdict === 'unchecked') {
    const why = `visudo cannot check it here (${result.problems[0] ?? 'no answer'})`;
    for (const path of changed) checks.refused.set(path, why);
  } else take(checking, changed, 'visudo', result);
}

const networkFile = /^etc\/(?:network\/|hosts$|hostname$)/u;

async function checkNetworkFiles(checking: Checking, options: { needsNodeAddress: boolean }): Promise<void> {
  const { host, planned, workDirectory, checks } = checking;
  const changed = [...planned].filter(([path]) => networkFile.test(path));
  if (changed.length === 0) return;
  const candidate = joinReal(workDirectory, 'network.check');
  try {
    host.fs.makeDirectory(candidate, 0o700);
    for (const [path, text] of changed) {
      const place = joinReal(candidate, path);
      host.fs.makeDirectory(place.slice(0, place.lastIndexOf('/')) as RealPath, 0o700);
      host.fs.writeFileAtomic(place, encodeBytePath(text));
    }
    const { problems } = await checkNetwork(host, candidate, options);
    const [fault] = problems.filter(({ severity }) => severity === 'error');
    if (fault !== undefined)
      for (const [path] of changed) checks.refused.set(path, `the network check refuses it: ${fault.what}`);
    for (const { what, severity } of problems) if (severity === 'warning') checks.unchecked.push(what);
  } finally {
    host.fs.removeTree(candidate);
  }
}
