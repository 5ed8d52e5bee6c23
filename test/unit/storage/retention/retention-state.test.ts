import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PermissionError, StorageError } from '../../../../src/errors.ts';
import { createHost } from '../../../../src/host/create-host.ts';
import { asRealPath } from '../../../../src/host/host.ts';
import {
  parseRetentionState,
  serialiseRetentionState,
} from '../../../../src/storage/retention/parse-state.ts';
import {
  acceptSuspects,
  adoptArchives,
  emptyRetentionState,
  forgetGoneSuspects,
  holdArchive,
  markSuspect,
  protectionOf,
  recordFirstArchive,
  releaseArchive,
  type RetentionState,
} from '../../../../src/storage/retention/retention-state.ts';
import {
  beginRetentionState,
  readRetentionState,
  retentionStatePath,
  updateRetentionState,
} from '../../../../src/storage/retention/state-file.ts';

const at = (day: number) => new Date(Date.UTC(2026, 10, day));
const hold = { name: 'pve-backup-20261101-020000.tar.zst', reason: 'before the upgrade', since: at(2) };
const full: RetentionState = {
  firstArchive: { name: 'first.tar.zst', since: at(1), releasedAt: at(9) },
  holds: [hold],
  adoptions: [{ tier: 'cloud', hostname: 'pve', installId: null, before: at(3) }],
  suspects: [{ name: 'thin.tar.zst', reason: '3 files', since: at(4) }],
  measuredSince: at(5),
};

describe('holds', () => {
  test('protect an archive as a bundle and with its sidecars, and nothing that is named alike', () => {
    const state = holdArchive(emptyRetentionState, hold);
    expect(protectionOf(state, hold.name)).toBe('held');
    expect(protectionOf(state, `${hold.name}.bundle.tar`)).toBe('held');
    expect(protectionOf(state, `${hold.name}.age`)).toBeUndefined();
  });

  test('made again have the new reason and the old time', () => {
    const state = holdArchive(holdArchive(emptyRetentionState, hold), {
      name: `${hold.name}.bundle.tar`,
      reason: 'again',
      since: at(8),
    });
    expect(state.holds).toEqual([{ name: `${hold.name}.bundle.tar`, reason: 'again', since: at(2) }]);
  });

  test('end with a release; releasing what is not held changes nothing', () => {
    const state = holdArchive(emptyRetentionState, hold);
    expect(releaseArchive(state, hold.name, at(9))).toEqual(emptyRetentionState);
    expect(releaseArchive(state, 'other.tar.zst', at(9))).toBe(state);
  });
});

describe('the first archive', () => {
  test('is recorded once, held, and free for good when it is released', () => {
    const first = recordFirstArchive(emptyRetentionState, 'a.tar.zst', at(1));
    expect(recordFirstArchive(first, 'b.tar.zst', at(2))).toBe(first);
    expect(protectionOf(first, 'a.tar.zst.bundle.tar')).toBe('first-archive');
    const released = releaseArchive(first, 'a.tar.zst', at(9));
    expect(protectionOf(released, 'a.tar.zst')).toBeUndefined();
    expect(recordFirstArchive(released, 'b.tar.zst', at(10))).toBe(released);
  });
});

test('adopting the same archives again moves the time on instead of adding up', () => {
  const adoption = full.adoptions[0]!;
  const state = adoptArchives(full, [
    { ...adoption, before: at(7) },
    { ...adoption, tier: 'primary' },
  ]);
  expect(state.adoptions.map(({ tier, before }) => [tier, before])).toEqual([
    ['cloud', at(7)],
    ['primary', at(3)],
  ]);
});

describe('suspects', () => {
  const two = markSuspect(full, { name: 'empty.tar.zst', reason: '0 files', since: at(3) });

  test('are marked once', () => {
    expect(markSuspect(two, { name: 'empty.tar.zst.bundle.tar', reason: 'x', since: at(9) })).toBe(two);
  });

  test('that are accepted are good archives and the measure from the first on', () => {
    expect(acceptSuspects(two)).toMatchObject({ suspects: [], measuredSince: at(3) });
    expect(acceptSuspects(emptyRetentionState)).toBe(emptyRetentionState);
  });

  test('are forgotten when their archive is on no tier', () => {
    expect(forgetGoneSuspects(two, ['thin.tar.zst.bundle.tar']).suspects).toEqual(full.suspects);
    expect(forgetGoneSuspects(full, ['thin.tar.zst'])).toBe(full);
  });
});

describe('the file', () => {
  test('gives back what was written, also names that are not UTF-8', () => {
    const name = fc.string({ minLength: 1, unit: fc.constantFrom('a', '"', '\n', 'é', '\udcff', '-') });
    const date = fc.date({ noInvalidDate: true, min: at(1) });
    const named = fc.record({ name, reason: fc.string(), since: date });
    const states = fc.record({
      firstArchive: fc.option(
        fc.record({ name, since: date, releasedAt: fc.option(date, { nil: undefined }) }),
        { nil: undefined },
      ),
      holds: fc.array(named),
      adoptions: fc.array(
        fc.record({
          tier: fc.constantFrom('primary' as const, 'secondary' as const, 'cloud' as const),
          hostname: name,
          installId: fc.option(name),
          before: date,
        }),
      ),
      suspects: fc.array(named),
      measuredSince: fc.option(date, { nil: undefined }),
    });
    fc.assert(
      fc.property(states, (state) => {
        expect(parseRetentionState(serialiseRetentionState(state), 'x')).toEqual(state);
      }),
    );
  });

  test('cut off anywhere is damaged, never a state with fewer holds', () => {
    const text = serialiseRetentionState(full);
    // The last two characters are the brace and the newline; without the newline nothing is lost.
    for (let length = 0; length < text.length - 1; length += 1) {
      expect(() => parseRetentionState(text.slice(0, length), 'x'), `${length}`).toThrow(StorageError);
    }
  });

  const document = JSON.parse(serialiseRetentionState(full)) as Record<string, unknown>;
  test.each([
    ['no object', '[]', /the document is no object/],
    ['zeros', '\0'.repeat(40), /it is not JSON/],
    ['of a newer version', { schema_version: 2 }, /a newer version of ProxSave wrote it/],
    ['without a version', { schema_version: undefined }, /its schema_version is not 1/],
    ['without holds', { holds: undefined }, /holds is no list/],
    ['with a hold of nothing', { holds: [{ ...hold, name: '' }] }, /holds\[0\]\.name is empty/],
    ['with a hold of no time', { holds: [{ ...hold, since: 'soon' }] }, /holds\[0\]\.since is no time/],
    ['with a hold that is a text', { holds: ['a'] }, /holds\[0\] is no object/],
    ['with an unknown tier', { adoptions: [{ ...full.adoptions[0], tier: 'tape' }] }, /\.tier is no tier/],
    [
      'with an adoption of no installation',
      { adoptions: [{ ...full.adoptions[0], installId: undefined }] },
      /installId/,
    ],
    ['with a first archive without a name', { firstArchive: { since: at(1) } }, /firstArchive\.name/],
  ])('%s is an error that says what is wrong and what to do', (_what, change, message) => {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...document, ...change });
    const error = errorOf(() => parseRetentionState(text, '/var/lib/proxsave/retention.json'));
    expect(error).toBeInstanceOf(StorageError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^\/var\/lib\/proxsave\/retention\.json is damaged \(/);
    expect(error.hint).toMatch(/`proxsave extract`.*`proxsave prune --accept`/s);
  });
});

describe('the state directory', () => {
  function stateDirectory() {
    const base = mkdtempSync(join(tmpdir(), 'proxsave-retention-'));
    onTestFinished(() => {
      rmSync(base, { recursive: true, force: true });
    });
    const directory = asRealPath(join(base, 'state'));
    return { host: createHost(), directory, path: retentionStatePath(directory) };
  }

  test('without a file has the empty state, and reading makes none', () => {
    const { host, directory } = stateDirectory();
    expect(readRetentionState(host, directory)).toEqual(emptyRetentionState);
    expect(() => readdirSync(directory)).toThrow(/ENOENT/);
  });

  test('keeps a change, private, and leaves no temporary file', () => {
    const { host, directory, path } = stateDirectory();
    updateRetentionState(host, directory, (state) => holdArchive(state, hold));
    expect(readRetentionState(host, directory).holds).toEqual([hold]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(['retention.json']);
  });

  test('is not written when nothing changes', () => {
    const { host, directory } = stateDirectory();
    updateRetentionState(host, directory, (state) => releaseArchive(state, 'none', at(1)));
    expect(() => readdirSync(directory)).toThrow(/ENOENT/);
  });

  test('that is missing beside an installation id was lost: it is neither read as empty nor made anew unasked', () => {
    const { host, directory, path } = stateDirectory();
    mkdirSync(directory);
    writeFileSync(join(directory, 'install-id'), 'whatever\n');
    expect(() => readRetentionState(host, directory)).toThrow(/retention\.json is missing/);
    expect(() => updateRetentionState(host, directory, (state) => holdArchive(state, hold))).toThrow(
      StorageError,
    );
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
    beginRetentionState(host, directory);
    updateRetentionState(host, directory, (state) => holdArchive(state, hold));
    beginRetentionState(host, directory);
    expect(readRetentionState(host, directory).holds).toEqual([hold]);
  });

  test('with a damaged file cannot be changed, and the file stays for a look at it', () => {
    const { host, directory, path } = stateDirectory();
    mkdirSync(directory);
    writeFileSync(path, '');
    expect(() => updateRetentionState(host, directory, (state) => holdArchive(state, hold))).toThrow(
      StorageError,
    );
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('with a directory in place of the file is an error', () => {
    const { host, directory, path } = stateDirectory();
    mkdirSync(path, { recursive: true });
    expect(() => readRetentionState(host, directory)).toThrow(/cannot read .*retention\.json/);
  });

  test.skipIf(process.getuid?.() === 0)('that cannot be read is an error (not as root)', () => {
    const { host, directory, path } = stateDirectory();
    mkdirSync(directory);
    writeFileSync(path, serialiseRetentionState(full));
    chmodSync(path, 0);
    expect(() => readRetentionState(host, directory)).toThrow(PermissionError);
  });
});

function errorOf(action: () => unknown): StorageError {
  try {
    action();
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
