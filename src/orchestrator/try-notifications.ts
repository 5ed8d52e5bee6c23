// Notices that tell of no real run: to see whether messages arrive (`notify test`), or how they look (`notify preview`).

import type { LoadedConfig } from '../config/load-config.ts';
import { UsageError } from '../errors.ts';
import { detectFacts } from '../host/detect-facts.ts';
import { proxmoxTypeOf } from '../host/facts.ts';
import type { Host } from '../host/host.ts';
import { buildNotice } from '../notifications/build-notice.ts';
import { dispatchNotices, type DispatchResult } from '../notifications/dispatch.ts';
import { createNotifiers } from '../notifications/index.ts';
import type { Notice } from '../notifications/notice.ts';
import type { ChannelSetup } from '../notifications/notifier.ts';
import { sampleRecord } from '../notifications/sample-record.ts';
import type { RunStatus } from '../run-record.ts';

export const tryLevels = ['success', 'warning', 'failure'] as const;
export type TryLevel = (typeof tryLevels)[number];

const statusOfLevel: Readonly<Record<TryLevel, RunStatus>> = {
  success: 'success',
  warning: 'warning',
  failure: 'failed',
};

/** The channels that are switched on, or the one of this name (`telegram`, `webhook`, `webhook my-chat`). @throws UsageError */
export function selectChannels(config: LoadedConfig, name: string | undefined): ChannelSetup {
  const setup = createNotifiers(config);
  const all = [...setup.notifiers, ...setup.misconfigured];
  if (all.length === 0) {
    throw new UsageError('no notification channel is switched on', {
      hint: 'set EMAIL_ENABLED, TELEGRAM_ENABLED, GOTIFY_ENABLED or WEBHOOK_ENABLED: proxsave config template',
    });
  }
  if (name === undefined) return setup;
  const isMeant = (each: { channel: string; name: string }) =>
    each.channel === name || each.name === name || each.name === `webhook ${name}`;
  const chosen = {
    notifiers: setup.notifiers.filter(isMeant),
    misconfigured: setup.misconfigured.filter(isMeant),
  };
  if (chosen.notifiers.length + chosen.misconfigured.length > 0) return chosen;
  throw new UsageError(`no channel that is switched on is called "${name}"`, {
    hint: `there are: ${all.map((each) => each.name).join(', ')}`,
  });
}

export async function makeTryNotice(host: Host, config: LoadedConfig, level: TryLevel): Promise<Notice> {
  const facts = await detectFacts(host);
  const record = sampleRecord({
    hostname: facts.hostname,
    proxmoxType: proxmoxTypeOf(facts),
    status: statusOfLevel[level],
    now: host.clock.now(),
  });
  return buildNotice(record, { redact: config.redact, isTest: true });
}

export async function sendTryNotice(
  host: Host,
  config: LoadedConfig,
  request: { channels: ChannelSetup; level: TryLevel },
): Promise<DispatchResult[]> {
  const notice = await makeTryNotice(host, config, request.level);
  return dispatchNotices(host, request.channels.notifiers, notice, host.signal);
}
