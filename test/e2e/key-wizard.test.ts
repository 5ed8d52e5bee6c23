// The questions of `proxsave key new` at a terminal.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasPrograms } from '../support/needs.ts';
import { oldKeys, oldPassphrase } from '../support/old-archives/old-keys.ts';
import { launcher } from '../support/run-program.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { startSession, type TerminalSession } from '../support/terminal-session.ts';

const { recipient, salt } = oldKeys.v2;

function start(sandbox: Sandbox, args = 'key new'): TerminalSession {
  return startSession(sandbox.base, `${launcher} ${args} --root ${sandbox.root}`, sandbox.env);
}

const fileOf = ({ root }: Sandbox) => join(root, 'etc/proxsave/age/recipient.txt');

function prepare(sandbox: Sandbox, name: string, text: string): void {
  const directory = join(sandbox.root, 'etc/proxsave/age');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), text);
}

const kindQuestion = 'What shall open the archives';
const anotherQuestion = 'Another key that opens';

describe.skipIf(!hasPrograms('tmux'))('at a terminal (where tmux is installed)', () => {
  test('a key pair is shown, and counts when somebody says that it is kept', async () => {
    const sandbox = createSandbox();
    const session = start(sandbox);
    await session.waitFor(kindQuestion);
    session.press('Enter');
    await session.waitFor(anotherQuestion);
    session.press('Enter');
    await session.waitFor('kept in a safe place');
    expect(existsSync(fileOf(sandbox))).toBe(false);
    session.press('y');
    await session.waitFor('ended with 0');
    const publicKey = readFileSync(fileOf(sandbox), 'utf8').trim();
    expect(session.screen()).toContain(`# public key: ${publicKey}`);
    expect(session.screen()).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/mu);
    expect(session.screen()).toContain('What to do next');
  });

  test.each([
    ['No', 'Enter'],
    ['Ctrl-C', 'C-c'],
  ])('%s to that question changes nothing', async (_, key) => {
    const sandbox = createSandbox();
    const session = start(sandbox);
    await session.waitFor(kindQuestion);
    session.press('Enter');
    await session.waitFor(anotherQuestion);
    session.press('Enter');
    await session.waitFor('kept in a safe place');
    session.press(key);
    await session.waitFor('ended with 130');
    expect(session.screen()).toContain('nothing was changed');
    expect(existsSync(fileOf(sandbox))).toBe(false);
  });

  test('a passphrase is typed twice without being shown, and asked for again when it is too weak', async () => {
    const sandbox = createSandbox();
    prepare(sandbox, 'passphrase.salt', `${salt}\n`);
    const session = start(sandbox);
    await session.waitFor(kindQuestion);
    session.press('Down', 'Enter');
    await session.waitFor('at least 12 bytes');
    session.type('weak');
    session.press('Enter');
    await session.waitFor('It cannot be used');
    session.press('BSpace', 'BSpace', 'BSpace', 'BSpace');
    session.type(oldPassphrase);
    session.press('Enter');
    await session.waitFor('The same again');
    session.type('Another-Horse-42');
    session.press('Enter');
    await session.waitFor('This is another one');
    session.press(...Array<string>('Another-Horse-42'.length).fill('BSpace'));
    session.type(oldPassphrase);
    session.press('Enter');
    await session.waitFor(anotherQuestion);
    session.press('Enter');
    await session.waitFor('ended with 0');
    expect(readFileSync(fileOf(sandbox), 'utf8')).toBe(`# passphrase-salt: ${salt}\n${recipient}\n`);
    expect(session.screen()).not.toContain(oldPassphrase);
  });

  test('keys that are there are kept or replaced, and a wrong public key is asked for again', async () => {
    const sandbox = createSandbox();
    prepare(sandbox, 'recipient.txt', `${recipient}\n`);
    const session = start(sandbox);
    await session.waitFor('This host has 1 key already');
    session.press('Down', 'Enter');
    await session.waitFor(kindQuestion);
    session.press('Down', 'Down', 'Enter');
    await session.waitFor('Public key, on one line');
    session.type(`${oldKeys.v1.recipient}x`);
    session.press('Enter');
    await session.waitFor('checksum is wrong');
    session.press('BSpace', 'Enter');
    await session.waitFor(anotherQuestion);
    session.press('Enter');
    await session.waitFor('ended with 0');
    expect(readFileSync(fileOf(sandbox), 'utf8')).toBe(`${oldKeys.v1.recipient}\n`);
  });

  test('key test asks for the key; a passphrase typed there is tried with the salt of this host', async () => {
    const sandbox = createSandbox();
    prepare(sandbox, 'recipient.txt', `# passphrase-salt: ${salt}\n${recipient}\n`);
    const session = start(sandbox, 'key test');
    await session.waitFor('Passphrase, AGE-SECRET-KEY-');
    session.type(oldPassphrase);
    session.press('Enter');
    await session.waitFor('ended with 0');
    expect(session.screen()).toContain('opens what this host encrypts now');
    expect(session.screen()).not.toContain(oldPassphrase);
  });
});
