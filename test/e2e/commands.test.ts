// The host's own programs, whose output is part of a backup: what they do wrong must not hurt the run.

import { describe, expect, test } from 'vitest';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync, chmodSync } from 'node:fs';
import { processesNaming, runBackup } from '../support/run-program.ts';
import { addStub, createSandbox, lastRecord, type Sandbox } from '../support/sandbox.ts';
import { memberNames, plainArchive } from '../support/unpack.ts';

const info = 'var/lib/proxsave-info/';

function outputOf(sandbox: Sandbox, member: string): string {
  const archive = plainArchive(lastRecord(sandbox).archive_path);
  return execFileSync('tar', ['-xOf', archive, `./${member}`], { encoding: 'utf8' });
}

/** Where the output of `lsblk -f` and the like goes is the catalogue's business: found by the stub's own words. */
function membersHolding(sandbox: Sandbox, word: string): string[] {
  const names = memberNames(lastRecord(sandbox).archive_path).filter(
    (name) => name.startsWith(info) && !name.endsWith('/') && !name.endsWith('index.json'),
  );
  return names.filter((name) => outputOf(sandbox, name).includes(word));
}

const commandFindings = (sandbox: Sandbox) =>
  lastRecord(sandbox).findings.filter((finding) => finding.code.startsWith('command-'));

describe('a command', () => {
  test('that hangs is stopped with its children after COMMAND_TIMEOUT, and the run goes on', async () => {
    const sandbox = createSandbox();
    // The grandchild ignores the polite signal and holds stdout open.
    addStub(
      sandbox,
      'lsmod',
      `trap '' TERM; echo started; sh -c 'trap "" TERM; : ${sandbox.stubs}/child; sleep 600' & sleep 600`,
    );
    const { code } = await runBackup(sandbox, { env: { COMMAND_TIMEOUT: '1' } });
    expect(code).toBe(1);
    const [finding] = commandFindings(sandbox);
    expect(finding).toMatchObject({ severity: 'warning', code: 'command-timeout', path: 'lsmod' });
    expect(finding?.message).toContain('no answer within 1 s');
    expect(membersHolding(sandbox, 'started')).toEqual([]);
    expect(processesNaming(sandbox.stubs)).toEqual([]);
  });

  test('that floods stdout is stopped, named, and leaves nothing in the archive', async () => {
    const sandbox = createSandbox({ commands: { lsmod: 'exec yes flood' } });
    const { code } = await runBackup(sandbox);
    expect(code).toBe(1);
    expect(commandFindings(sandbox)).toMatchObject([{ severity: 'warning', code: 'command-flooded' }]);
    expect(membersHolding(sandbox, 'flood')).toEqual([]);
  });

  test('that fails is reported with what it said on stderr, and its output is not saved', async () => {
    const sandbox = createSandbox({
      commands: { uname: 'echo half an answer; echo usage; echo "cannot open database" >&2; exit 3' },
    });
    const { code } = await runBackup(sandbox);
    expect(code).toBe(1);
    const [finding] = commandFindings(sandbox);
    expect(finding?.message).toContain('failed with exit code 3: cannot open database');
    expect(membersHolding(sandbox, 'half an answer')).toEqual([]);
  });

  test('that warns on stderr and succeeds is saved by its stdout alone', async () => {
    const sandbox = createSandbox({ commands: { uname: 'echo "locale warning" >&2; echo Linux stub' } });
    const { code, stderr } = await runBackup(sandbox);
    expect(code, stderr).toBe(0);
    const [member = ''] = membersHolding(sandbox, 'Linux stub');
    expect(outputOf(sandbox, member)).toBe('Linux stub\n');
  });

  test('that is not installed is no finding', async () => {
    const sandbox = createSandbox();
    const { code } = await runBackup(sandbox);
    expect(code).toBe(0);
    expect(commandFindings(sandbox)).toEqual([]);
  });

  test('that cannot be started is a finding, not a crash', async () => {
    const sandbox = createSandbox();
    const program = join(sandbox.stubs, 'uname');
    writeFileSync(program, '#!/etc/passwd/no-interpreter\n');
    chmodSync(program, 0o755);
    const { code, stderr } = await runBackup(sandbox);
    expect(code, stderr).toBe(1);
    expect(commandFindings(sandbox)).toMatchObject([{ code: 'command-failed', path: 'uname -a' }]);
  });

  test('of the running system does not describe another root: only stubs on PATH are run', async () => {
    const sandbox = createSandbox({ commands: { lsblk: 'echo disk of the fake host' } });
    await runBackup(sandbox);
    expect(membersHolding(sandbox, 'disk of the fake host').length).toBeGreaterThan(0);
    // lsmod is in /usr/bin, and would tell about this machine.
    expect(membersHolding(sandbox, 'Linux')).toEqual([]);
  });

  test('gets LC_ALL=C and a PATH with the standard directories, whatever the caller has', async () => {
    const sandbox = createSandbox({ commands: { uname: 'echo "LC_ALL=$LC_ALL"; command -v sleep' } });
    await runBackup(sandbox, { env: { PATH: `${sandbox.stubs}:/usr/bin:/bin`, LC_ALL: 'de_DE.UTF-8' } });
    const [member = ''] = membersHolding(sandbox, 'LC_ALL=C');
    expect(outputOf(sandbox, member)).toMatch(/^LC_ALL=C\n\/.*\/sleep\n$/);
  });
});
