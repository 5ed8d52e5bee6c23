// Notices of every kind, as an admin gets them.

import { buildNotice, type NoticeExtras } from '../../src/notifications/build-notice.ts';
import type { AreaChanges, Notice } from '../../src/notifications/notice.ts';
import type { RunRecord } from '../../src/run-record.ts';
import { runRecords } from './run-records.ts';

const changes: AreaChanges[] = [
  {
    area: 'network',
    added: [],
    removed: [],
    changed: ['/etc/network/interfaces', '/etc/hosts'],
  },
  {
    area: 'pve-guests',
    added: ['/etc/pve/nodes/pve1/qemu-server/104.conf'],
    removed: [101, 102, 103, 105, 106].map((id) => `/etc/pve/nodes/pve1/qemu-server/${id}.conf`),
    changed: [],
  },
  { area: 'ssh', added: [], removed: [], changed: [] },
];
const extras = { redact: (text: string) => text, product: 'Proxmox VE 9.0.3' };
const logTail = ['[2026-07-24 02:03:19] INFO     writing', '[2026-07-24 02:03:20] ERROR    disk <full>'];

export function noticeOf(record: RunRecord, more: Partial<NoticeExtras> = {}): Notice {
  return buildNotice(record, { ...extras, ...more });
}

export const notices = {
  success: noticeOf(runRecords.success, { changes, copies: { primary: 7, secondary: 30 } }),
  'first-run': noticeOf(runRecords.success, { isFirst: true }),
  warning: noticeOf(runRecords.warning, { changes: [] }),
  'copy-failed': noticeOf(runRecords.copyFailed),
  holes: noticeOf(runRecords.holes, { logTail }),
  failed: noticeOf(runRecords.failed, { logTail, hint: 'free some room, or set MAX_LOCAL_BACKUPS lower' }),
  skipped: noticeOf(runRecords.skipped),
  interrupted: noticeOf(runRecords.interrupted, { logTail }),
  'no-host': buildNotice(runRecords.nameless, { redact: (text) => text, hint: 'run proxsave config check' }),
  test: noticeOf(runRecords.success, { isTest: true }),
} satisfies Readonly<Record<string, Notice>>;

export const noticeNames = Object.keys(notices) as (keyof typeof notices)[];

/** Everything that could break a limit or a format: long, many, not ASCII, full of marks. */
export const hugeNotice: Notice = noticeOf(
  {
    ...runRecords.holes,
    hostname: 'süd-хост-主机',
    error: `first <b>line</b> & *more* \u{1f4be}\n${'\u{1f4be} "quoted" \\ <x> '.repeat(2000)}`,
    findings: Array.from({ length: 300 }, (_, index) => ({
      severity: index % 2 === 0 ? ('error' as const) : ('warning' as const),
      code: `kind-${index}`,
      message: `<@everyone> [klick](http://evil.example) _Grüße_ & <!channel> \u{1f525} \udcff\u0007 ${'ä"\\'.repeat(300)} ${index}`,
      hint: '`do` *this*',
    })),
    tiers: Array.from({ length: 20 }, (_, index) => ({
      tier: `tier${index}`,
      status: 'failed' as const,
      location: `/srv/${'длинный'.repeat(200)}`,
      detail: '\u{1f9f1}'.repeat(3000),
    })),
  },
  {
    changes: Array.from({ length: 60 }, (_, index) => ({
      area: `area-${index}`,
      added: Array.from({ length: 30 }, (_unused, file) => `/etc/ä/${'x'.repeat(80)}${file}`),
      removed: [],
      changed: [],
    })),
    logTail: Array.from({ length: 100 }, () => 'log <line> & more '.repeat(20)),
  },
);

/** Texts of nothing but this, everywhere: what a format escapes makes a message longer than it looks. */
export function noticeFullOf(unit: string): Notice {
  const text = unit.repeat(Math.ceil(6000 / unit.length));
  const findings = Array.from({ length: 40 }, (_, index) => ({
    severity: index % 2 === 0 ? ('error' as const) : ('warning' as const),
    code: `kind-${index}`,
    message: text,
    hint: text,
  }));
  const tiers = ['primary', 'secondary', 'cloud'].map((tier) => {
    return { tier, status: 'failed' as const, location: text, detail: text };
  });
  return noticeOf(
    {
      ...runRecords.holes,
      hostname: `pve-${text.slice(0, 300).replaceAll('\n', '')}`,
      error: text,
      findings,
      tiers,
    },
    { hint: text, product: text, changes: [{ area: text, added: [text], removed: [], changed: [text] }] },
  );
}
