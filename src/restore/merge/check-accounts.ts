// Asks pwck and grpck about merged account files before they replace the live ones.

import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { encodeBytePath } from '../../util/byte-path.ts';
import { accountPaths, type AccountFileName, type AccountFiles } from './account-files.ts';
import { complaintLines, newComplaints, type CheckResult } from './check-result.ts';

const timeoutMs = 30_000;
const checkedFiles = ['passwd', 'group', 'shadow', 'gshadow'] as const satisfies AccountFileName[];

/**
 * Only complaints that the live files do not bring on themselves count; a home or a shell that is not there yet is none.
 * Needs root (the programs look into a root of their own). `workDirectory` is private and exists.
 */
export async function checkAccounts(
  host: Host,
  files: { live: AccountFiles; merged: AccountFiles },
  workDirectory: RealPath,
): Promise<CheckResult> {
  const before = await complaintsOf(host, files.live, workDirectory);
  const after = await complaintsOf(host, files.merged, workDirectory);
  if (before === undefined || after === undefined)
    return { verdict: 'unchecked', problems: ['pwck and grpck cannot run here'] };
  const problems = newComplaints(before, after);
  return { verdict: problems.length === 0 ? 'valid' : 'invalid', problems };
}

async function complaintsOf(
  host: Host,
  files: AccountFiles,
  workDirectory: RealPath,
): Promise<string[] | undefined> {
  const root = joinReal(workDirectory, 'accounts.check');
  try {
    host.fs.makeDirectory(joinReal(root, 'etc'), 0o700);
    for (const name of checkedFiles) {
      const text = files[name];
      if (text !== undefined)
        host.fs.writeFileAtomic(joinReal(root, accountPaths[name].slice(1)), encodeBytePath(text));
    }
    const users = await askCheck(host, ['pwck', '--read-only', '--root', root]);
    const groups = await askCheck(host, ['grpck', '--read-only', '--root', root]);
    return users === undefined || groups === undefined ? undefined : [...users, ...groups];
  } finally {
    host.fs.removeTree(root);
  }
}

async function askCheck(host: Host, argv: [string, ...string[]]): Promise<string[] | undefined> {
  const result = await host.tools.run({
    argv,
    timeoutMs,
    maxOutputBytes: 1024 * 1024,
    signal: host.signal,
  });
  // 2: the files have faults, which stdout tells; others (usage, cannot open) are no verdict.
  const hasVerdict = result.status === 'ok' || (result.status === 'failed' && result.exitCode === 2);
  if (!hasVerdict) return undefined;
  return complaintLines(result.stdout.toString('utf8'), result.stderr).filter(
    (line) =>
      !/^user '.*': (directory|program) '.*' does not exist$/.test(line) &&
      !/^(pwck|grpck): no changes$/.test(line),
  );
}
