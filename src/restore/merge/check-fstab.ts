// Asks `findmnt --verify` about a merged fstab before it replaces the live one.

import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { encodeBytePath } from '../../util/byte-path.ts';
import { complaintLines, newComplaints, type CheckResult } from './check-result.ts';

const timeoutMs = 30_000;

/**
 * Only complaints that the live table does not bring on itself count, and none of devices and mount points that are not
 * there yet: with `nofail` they stop no boot. `workDirectory` is private and exists.
 */
export async function checkFstab(
  host: Host,
  texts: { live: string | undefined; merged: string },
  workDirectory: RealPath,
): Promise<CheckResult> {
  const before = await complaintsOf(host, texts.live ?? '', workDirectory);
  const after = await complaintsOf(host, texts.merged, workDirectory);
  if (before === undefined || after === undefined)
    return { verdict: 'unchecked', problems: ['findmnt, which checks fstab, is missing or does not answer'] };
  const problems = newComplaints(before, after);
  return { verdict: problems.length === 0 ? 'valid' : 'invalid', problems };
}

async function complaintsOf(host: Host, text: string, directory: RealPath): Promise<string[] | undefined> {
  const path = joinReal(directory, 'fstab.check');
  host.fs.writeFileAtomic(path, encodeBytePath(text));
  try {
    const result = await host.tools.run({
      argv: ['findmnt', '--verify', '--tab-file', path],
      timeoutMs,
      maxOutputBytes: 1024 * 1024,
      signal: host.signal,
    });
    if (result.status !== 'ok' && result.status !== 'failed') return undefined;
    return complaintsIn(result.stdout.toString('utf8'), result.stderr, path);
  } finally {
    host.fs.unlink(path);
  }
}

/** `MOUNTPOINT`, then its indented `[E] ...`; parse errors go to stderr. Each complaint gets its mount point in front. */
function complaintsIn(stdout: string, stderr: string, path: string): string[] {
  let place = '';
  const found: string[] = [];
  for (const line of stdout.split('\n')) {
    if (/^\S/.test(line)) place = line.trim();
    const [, complaint] = /^\s+\[E\] (.*)$/.exec(line) ?? [];
    if (complaint !== undefined && !complaint.startsWith('unreachable')) found.push(`${place}: ${complaint}`);
  }
  const parseErrors = complaintLines(stderr).filter((line) => line.includes('parse error at line'));
  return [...found, ...parseErrors.map((line) => line.replace(path, 'fstab').replace(/^findmnt: /, ''))];
}
