import { expect, test } from 'vitest';
import { withRetention } from '../../../src/orchestrator/restore/own-retention.ts';
import type { StrategyContext } from '../../../src/restore/strategies.ts';
import { serialiseRetentionState } from '../../../src/storage/retention/parse-state.ts';
import { parseRetentionState } from '../../../src/storage/retention/parse-state.ts';
import { emptyRetentionState, type RetentionState } from '../../../src/storage/retention/retention-state.ts';

const path = 'var/lib/proxsave/retention.json';
const [then, now] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-02T00:00:00Z')];
const stage = withRetention((files) =>
  files.map((file) => ({ path: file.path, action: 'leave', reason: 'others' })),
);
const decide = (archivedText: string, liveText: string | undefined) =>
  stage([{ path, archivedText, liveText }], {} as StrategyContext)[0];

const saved: RetentionState = {
  ...emptyRetentionState,
  firstArchive: { name: 'first', since: then, releasedAt: undefined },
  holds: [
    { name: 'old', reason: 'before the move', since: then },
    { name: 'both', reason: 'then', since: then },
  ],
  suspects: [{ name: 'accepted since', reason: 'small', since: then }],
  adoptions: [{ tier: 'primary', hostname: 'pve1', installId: null, before: then }],
};
const today: RetentionState = {
  ...emptyRetentionState,
  holds: [
    { name: 'new', reason: 'legal', since: now },
    { name: 'both', reason: 'now', since: now },
  ],
  adoptions: [{ tier: 'primary', hostname: 'pve1', installId: null, before: now }],
};

test('what is held here today stays held, and what the backup held is held again', () => {
  const decision = decide(serialiseRetentionState(saved), serialiseRetentionState(today));
  expect(decision?.action).toBe('write');
  const merged = parseRetentionState(decision?.text ?? '', path);
  expect(merged.holds.map(({ name }) => name).sort()).toEqual(['both', 'new', 'old']);
  expect(merged.holds.find(({ name }) => name === 'both')).toMatchObject({ reason: 'now', since: then });
  expect(merged.firstArchive?.name).toBe('first');
  expect(merged.suspects).toEqual([]);
  expect(merged.adoptions).toEqual(today.adoptions);
});

test('without decisions here it comes back as it was, also in the place of a damaged file', () => {
  const text = serialiseRetentionState(saved);
  for (const live of [undefined, '{"schema_version":1,"holds":']) {
    expect(decide(text, live)).toMatchObject({ action: 'write', text });
  }
});

test('a damaged one of the backup takes nothing away, and one that adds nothing changes nothing', () => {
  const live = serialiseRetentionState(today);
  expect(decide('{}', live)?.action).toBe('export');
  expect(decide(serialiseRetentionState(emptyRetentionState), live)?.text).toBe(live);
});

test('other files are left to others', () => {
  const others = stage(
    [{ path: 'etc/proxsave/backup.env', archivedText: 'x', liveText: undefined }],
    {} as StrategyContext,
  );
  expect(others).toMatchObject([{ reason: 'others' }]);
});
