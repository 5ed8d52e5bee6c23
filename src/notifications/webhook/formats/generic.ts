// JSON for receivers of one's own. The keys of the existing edition, so that its receivers go on working, and our own
// behind them. The address of the network card, which that edition sent along, is left out.

import { formatBytes, formatDuration } from '../../../util/format.ts';
import { countFindings } from '../../group-findings.ts';
import type { AreaChanges, Notice, NoticeTier } from '../../notice.ts';
import { tierText } from '../../render/notice-facts.ts';
import { styleOf, tierMark } from '../../render/status-style.ts';
import type { WebhookFormat } from '../format.ts';

export const generic: WebhookFormat = {
  id: 'generic',
  takesAnyAnswer: true,
  build: (notice) => ({ body: { ...olderFields(notice), ...ownFields(notice) } }),
};

function olderFields(notice: Notice): object {
  const { record, groups, status } = notice;
  const { errors, warnings } = countFindings(groups);
  return {
    status: olderStatus(status),
    status_message: notice.title,
    status_emoji: styleOf(status).mark,
    exit_code: record.exit_code,
    hostname: notice.hostname,
    proxmox_type: record.proxmox_type,
    server_id: record.install_id,
    script_version: record.version,
    timestamp: Math.floor(notice.startedAt.getTime() / 1000),
    timestamp_iso: notice.startedAt.toISOString(),
    backup: {
      file_name: notice.archiveName ?? '',
      size_bytes: notice.archiveBytes ?? 0,
      size_human: formatBytes(notice.archiveBytes ?? 0),
      duration_seconds: notice.durationSeconds,
      duration_human: formatDuration(notice.durationSeconds * 1000),
      files_included: notice.files,
      files_missing: record.files_failed,
    },
    compression: {
      type: record.compression,
      level: record.compression_level,
      mode: record.compression_mode,
      // As the existing edition has it: what was saved, in per cent.
      ratio: record.compression_savings_percent,
    },
    storage: Object.fromEntries(
      notice.tiers.map((tier) => [olderTierNames[tier.tier] ?? tier.tier, tierFields(tier)]),
    ),
    issues: { errors, warnings, total: errors + warnings },
    log_categories: groups.slice(0, shownGroups).map(({ code, severity, count, examples }) => ({
      type: severity.toUpperCase(),
      label: code,
      count,
      example: examples[0] ?? '',
    })),
  };
}

/** The gravest come first; all of them are counted in `issues`. */
const shownGroups = 50;

const olderTierNames: Readonly<Record<string, string>> = { primary: 'local' };

function olderStatus(status: Notice['status']): string {
  return status === 'failed' || status === 'interrupted' ? 'failure' : status;
}

function tierFields(tier: NoticeTier): object {
  return {
    status: tier.status,
    status_summary: tierText(tier),
    emoji: tierMark(tier.status),
    location: tier.location,
    ...(tier.copies === undefined ? {} : { count: tier.copies }),
    ...(tier.freeBytes === undefined
      ? {}
      : { free: formatBytes(tier.freeBytes), free_bytes: tier.freeBytes }),
    ...(tier.detail === undefined ? {} : { detail: tier.detail }),
  };
}

function ownFields(notice: Notice): object {
  return {
    schema: 1,
    outcome: notice.status,
    exit_name: notice.record.exit_name,
    product: notice.product,
    content_bytes: notice.contentBytes,
    encrypted: notice.isEncrypted,
    verified: notice.isVerified,
    first_backup: notice.isFirst,
    error: notice.error ?? null,
    next_step: notice.nextStep,
    findings: notice.groups.slice(0, shownGroups),
    changes: notice.changes?.map(changeFields) ?? null,
  };
}

const shownNames = 20;

/** All are counted, the first few are named: an upgrade changes thousands. */
function changeFields(changes: AreaChanges): object {
  const fieldsOf = (kind: 'added' | 'changed' | 'removed') => ({
    count: changes[kind].length + (changes.omitted?.[kind] ?? 0),
    names: changes[kind].slice(0, shownNames),
  });
  const { area } = changes;
  return { area, added: fieldsOf('added'), changed: fieldsOf('changed'), removed: fieldsOf('removed') };
}
