import { describe, expect, test } from 'vitest';
import { buildNotice } from '../../../src/notifications/build-notice.ts';
import { renderHtmlMail } from '../../../src/notifications/render/html.ts';
import { renderLongText, renderShortText } from '../../../src/notifications/render/text.ts';
import { sampleRecord } from '../../../src/notifications/sample-record.ts';
import { createRedactor } from '../../../src/ui/redact.ts';
import { hugeNotice, noticeOf, notices } from '../../support/notices.ts';
import { runRecords } from '../../support/run-records.ts';

test('every text of a notice goes through the redactor', () => {
  const secret = 'planted-secret-1';
  const tier = { tier: 'cloud', status: 'failed', location: `b2:${secret}`, detail: secret } as const;
  const finding = { severity: 'warning', code: 'x', message: secret, hint: secret, path: secret } as const;
  const notice = buildNotice(
    {
      ...runRecords.failed,
      hostname: secret,
      error: secret,
      log_path: secret,
      tiers: [tier],
      findings: [finding],
    },
    {
      redact: createRedactor([secret]),
      product: secret,
      hint: secret,
      logTail: [secret],
      changes: [{ area: secret, added: [secret], removed: [secret], changed: [secret] }],
    },
  );
  expect(JSON.stringify(notice)).not.toContain(secret);
  expect(JSON.stringify(notice)).toContain('********');
});

test('names of files cannot forge lines or hold half characters', () => {
  const message = '/etc/\u001b[2Jevil\r\u202ename\udcff cannot be read';
  const record = { ...runRecords.holes, findings: [{ severity: 'error' as const, code: 'x', message }] };
  const text = renderLongText(noticeOf(record));
  expect(text).toContain('/etc/\\x1b[2Jevil\\xd\\u202ename\\xff cannot be read'.replace('\\xd\\', '\\x0d\\'));
  expect(text.isWellFormed()).toBe(true);
});

describe('titles', () => {
  test('a copy that failed is in the title, however many warnings there are', () => {
    expect(notices['copy-failed'].title).toBe('Backup of pve1 is complete, but the copy on cloud failed');
  });

  test('warnings beyond those that the record kept are counted', () => {
    expect(notices.warning.title).toBe('Backup of pve1 is complete, with 6 warnings');
    expect(notices.warning.groups.map(({ code, count }) => [code, count])).toEqual([
      ['file-changed', 4],
      ['command-failed', 2],
    ]);
  });

  test('errors come before warnings, and information is no news', () => {
    expect(notices.holes.groups.map(({ severity }) => severity)).toEqual(['error', 'warning']);
    expect(notices.warning.groups.map(({ code }) => code)).not.toContain('config-remark');
  });

  const copyOnCloudFailed = runRecords.copyFailed.tiers;
  const tierFailed = {
    severity: 'error',
    code: 'tier-failed',
    message: 'no copy on the cloud tier',
  } as const;

  test('a whole archive whose copy must not fail has no holes', () => {
    const record = { ...runRecords.copyFailed, status: 'failed' as const, findings: [tierFailed] };
    expect(noticeOf(record).title).toBe('Backup of pve1 is complete, but the copy on cloud failed');
  });

  test('holes do not hide a copy that failed as well', () => {
    const { findings } = runRecords.holes;
    const record = { ...runRecords.holes, findings: [...findings, tierFailed], tiers: copyOnCloudFailed };
    expect(noticeOf(record).title).toBe(
      'Backup of pve1 has holes: 2 errors and 1 warning, and the copy on cloud failed',
    );
  });

  test('what ended the run after the archive was made is no hole in it', () => {
    const record = { ...runRecords.success, error: 'the lock is gone' };
    expect(noticeOf({ ...record, status: 'failed' }).title).toBe(
      'Backup of pve1 was made, but the run failed behind it',
    );
    expect(noticeOf({ ...record, status: 'interrupted' }).title).toBe(
      'Backup of pve1 was made, but the run was interrupted before its end',
    );
  });

  test('a failed run is never called the first backup', () => {
    expect(noticeOf(runRecords.failed, { isFirst: true })).toMatchObject({
      isFirst: false,
      title: 'Backup of pve1 failed; no archive was made',
    });
  });
});

test.each(['success', 'warning', 'failed', 'skipped', 'interrupted'] as const)(
  'a message sent to try a channel with "%s" says that it is a test',
  (status) => {
    const now = new Date('2026-07-24T02:00:00Z');
    const record = sampleRecord({ hostname: 'pve1', proxmoxType: 'pve', status, now });
    const notice = noticeOf(record, { isTest: true });
    expect(notice.status).toBe(status === 'success' ? 'test' : status);
    expect(notice.title).toMatch(/^Test(:| message)/);
    expect(renderLongText(notice)).toContain('Next: nothing: messages arrive');
  },
);

test('the next step is the advice for the gravest finding, before anything general', () => {
  expect(notices['copy-failed'].nextStep).toBe('check the key of the remote: rclone lsd b2:');
  expect(notices.failed.nextStep).toBe('free some room, or set MAX_LOCAL_BACKUPS lower');
  expect(notices.holes.nextStep).toContain('/var/log/proxsave/');
});

test('a mail loads nothing, runs nothing and escapes what it quotes', () => {
  const html = renderHtmlMail(hugeNotice);
  expect(html).not.toMatch(/<(script|img|link|iframe|object)\b|\bsrc=|url\(|@import/i);
  expect(html).not.toMatch(/<b>line|<@everyone>|<!channel>/);
  expect(html).toContain('&lt;@everyone&gt;');
  expect(html.isWellFormed()).toBe(true);
});

test('all texts start with the outcome', () => {
  for (const notice of Object.values(notices)) {
    for (const text of [renderShortText(notice), renderLongText(notice)]) {
      expect(text.split('\n', 1)[0]).toContain(notice.title);
    }
  }
});

test('a text of any length makes a notice that can be sent', () => {
  const long = 'x'.repeat(2_000_000);
  const finding = { severity: 'error', code: 'x', message: long, hint: long } as const;
  const notice = noticeOf({ ...runRecords.holes, error: long, findings: [finding] }, { hint: long });
  expect(renderHtmlMail(notice).length).toBeLessThan(50_000);
  expect(renderLongText(notice).length).toBeLessThan(50_000);
});
