import { expect, test } from 'vitest';
import { nextByRule, parseTimer, ruleIn } from '../../../src/orchestrator/next-run.ts';

test('a timer is asked for its next moment; one that is not active starts nothing', () => {
  expect(parseTimer('x.timer', 'ActiveState=active\nNextElapseUSecRealtime=@1784851200\n')).toEqual({
    source: 'systemd',
    where: 'x.timer',
    at: new Date(1_784_851_200_000),
  });
  expect(parseTimer('x.timer', 'ActiveState=active\nNextElapseUSecRealtime=\n')).toEqual({
    source: 'systemd',
    where: 'x.timer',
  });
  expect(parseTimer('x.timer', 'ActiveState=inactive\nNextElapseUSecRealtime=@1784851200\n')).toBeUndefined();
});

test.each([
  ['0 2 * * * root /opt/proxsave/build/proxsave', '0 2 * * *'],
  ['# 0 2 * * * root proxsave\n*/30 1-5 * * mon root proxsave backup\n', '*/30 1-5 * * mon'],
  ['@daily root proxsave backup', '@daily'],
  ['0 2 * * * root proxsavelike', undefined],
  ['MAILTO=proxsave', undefined],
  ['', undefined],
])('the rule in %j is %j', (text, rule) => {
  expect(ruleIn(text)).toBe(rule);
});

test('the next moment of a daily rule is today or tomorrow, in local time; other rules are not guessed', () => {
  const noon = new Date(2026, 6, 24, 12, 0, 0);
  expect(nextByRule('30 13 * * *', noon)).toEqual(new Date(2026, 6, 24, 13, 30));
  expect(nextByRule('0 2 * * *', noon)).toEqual(new Date(2026, 6, 25, 2, 0));
  expect(nextByRule('0 12 * * *', noon)).toEqual(new Date(2026, 6, 25, 12, 0));
  expect(nextByRule('@daily', noon)).toEqual(new Date(2026, 6, 25, 0, 0));
  expect(nextByRule('0 2 * * 1', noon)).toBeUndefined();
});
