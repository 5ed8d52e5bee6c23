// Asks `visudo -c` about sudoers together with the fragments of sudoers.d. A file that sudo cannot read takes away root
// from everybody who has it by sudo.

import { joinReal, type Host, type RealPath } from '../../host/host.ts';
import { encodeBytePath } from '../../util/byte-path.ts';
import { complaintLines, type CheckResult } from './check-result.ts';

const timeoutMs = 30_000;
const maxOutputBytes = 256 * 1024;

export interface SudoersFiles {
  /** Text of /etc/sudoers as it will be. */
  sudoers: string;
  /** Name below /etc/sudoers.d -> text, as they will be: those that stay and those that come. */
  fragments: ReadonlyMap<string, string>;
}

/** `unchecked` means: do not put it in place. `workDirectory` is private and exists. */
export async function checkSudoers(
  host: Host,
  files: SudoersFiles,
  workDirectory: RealPath,
): Promise<CheckResult> {
  const directory = joinReal(workDirectory, 'sudoers.check');
  try {
    writeCopies(host, files, directory);
    const path = joinReal(directory, 'sudoers');
    const result = await host.tools.run({
      argv: ['visudo', '--check', '--file', path],
      timeoutMs,
      maxOutputBytes,
      signal: host.signal,
    });
    if (result.status === 'ok') return { verdict: 'valid', problems: [] };
    if (result.status !== 'failed')
      return {
        verdict: 'unchecked',
        problems: ['visudo, which checks sudoers, is missing or does not answer: apt install sudo'],
      };
    const problems = complaintLines(result.stderr, result.stdout.toString('utf8'))
      .map((line) => line.replaceAll(`${directory}/`, '/etc/'))
      .filter((line) => !line.endsWith('parsed OK'));
    return { verdict: 'invalid', problems };
  } finally {
    host.fs.removeTree(directory);
  }
}

function writeCopies(host: Host, { sudoers, fragments }: SudoersFiles, directory: RealPath): void {
  const below = joinReal(directory, 'sudoers.d');
  host.fs.makeDirectory(below, 0o700);
  // The copy must read the copies beside it, not what is live.
  const redirected = sudoers.replace(
    /^([@#]includedir\s+)\/etc\/sudoers\.d\/?[ \t]*$/gm,
    (_line, keyword: string) => `${keyword}${below}`,
  );
  host.fs.writeFileAtomic(joinReal(directory, 'sudoers'), encodeBytePath(redirected), { mode: 0o440 });
  for (const [name, text] of fragments)
    host.fs.writeFileAtomic(joinReal(below, name), encodeBytePath(text), { mode: 0o440 });
}
