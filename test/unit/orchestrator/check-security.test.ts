// What a run does not trust, and what it corrects.

import { chmodSync, chownSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { checkSecurity } from '../../../src/orchestrator/check-security.ts';
import { isRoot } from '../../support/needs.ts';
import { configHost, fhsFile } from '../config/config-host.ts';

const recipients = '/etc/proxsave/age/recipient.txt';

interface Case {
  text?: string;
  mode?: number;
  of?: string;
  owner?: number;
  mayFix?: boolean;
}

function check({ text = '', mode = 0o600, of = fhsFile, owner, mayFix = true }: Case = {}) {
  const content = `AGE_RECIPIENT_FILE=${recipients}\n${text}`;
  const host = configHost({ [fhsFile]: content, [recipients]: 'age1x\n' });
  const path = host.resolve(of);
  chmodSync(path, mode);
  if (isRoot) chownSync(path, owner ?? 0, owner ?? 1234);
  const result = checkSecurity(host, loadConfig(host), { mayFix });
  return { ...result, path, modeNow: statSync(path).mode & 0o777 };
}

test('files that only their owner can change are trusted, whoever may read them', () => {
  expect(check({ mode: 0o644 })).toMatchObject({ findings: [], modeNow: 0o644 });
  expect(check({ mode: 0o644 }).refusal).toBeUndefined();
});

test.each([fhsFile, recipients])('%s is corrected when others can change it, and that is said', (of) => {
  const { findings, refusal, modeNow } = check({ of, mode: 0o666 });
  expect(refusal).toBeUndefined();
  expect(findings).toMatchObject([{ severity: 'warning', code: 'security-issue' }]);
  expect(modeNow).toBe(0o644);
});

test.each([
  ['AUTO_FIX_PERMISSIONS=false\n', true, 0o602],
  ['', false, 0o602],
  ['', false, 0o620],
])('without a correction the run is refused (%j, may fix: %s, mode %i)', (text, mayFix, mode) => {
  const { findings, refusal, modeNow, path } = check({ text, mayFix, mode });
  expect(findings).toEqual([]);
  expect(refusal?.message).toBe(`others than its owner can change ${path}`);
  expect(refusal?.hint).toContain(`chmod go-w ${path}`);
  expect(refusal?.hint).toContain('CONTINUE_ON_SECURITY_ISSUES');
  expect(modeNow).toBe(mode);
});

test('CONTINUE_ON_SECURITY_ISSUES makes a warning of it, SECURITY_CHECK_ENABLED=false nothing', () => {
  const text = 'AUTO_FIX_PERMISSIONS=false\nCONTINUE_ON_SECURITY_ISSUES=true\n';
  const going = check({ text, mode: 0o602 });
  expect(going.refusal).toBeUndefined();
  expect(going.findings).toMatchObject([{ code: 'security-issue' }]);
  const off = check({ text: 'SECURITY_CHECK_ENABLED=false\n', mode: 0o666 });
  expect(off).toMatchObject({ findings: [], modeNow: 0o666 });
});

test.skipIf(!isRoot)('a file of another user is never corrected (needs root)', () => {
  const { refusal, path } = check({ owner: 1234 });
  expect(refusal?.message).toBe(`${path} belongs to user 1234, who can change it`);
  expect(refusal?.exit).toBe('security');
  expect(statSync(path).uid).toBe(1234);
});
