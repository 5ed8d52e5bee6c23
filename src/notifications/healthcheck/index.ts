// Pings to a monitoring service that raises an alarm when they fail or stop: the watch over the runs that nobody sees.
// A ping that does not arrive is a warning and nothing else; a run with warnings has made its backup and is reported as good,
// with its warnings as text.

import { randomUUID } from 'node:crypto';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { Finding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import type { RunRecord } from '../../run-record.ts';
import type { DispatchResult } from '../dispatch.ts';
import { secretsOfAddress } from '../../util/web-address.ts';
import { redactSpellings } from '../secret-spellings.ts';
import { checkAddresses, type CheckAddress, type CheckName } from './check-addresses.ts';
import { pingBody } from './ping-body.ts';
import { sendPing, type Ping, type Signal } from './ping.ts';

export interface RunEnd {
  record: RunRecord;
  /** Last lines of the run's log; sent when the run was not good and HEALTHCHECK_SEND_LOG is on. */
  logTail: readonly string[];
}

export interface CheckResult {
  isGood: boolean;
  /** For people; the first line says it all. */
  text: string;
}

/**
 * Each method returns a warning for each ping that was not taken, and never throws for what the service does. Bounds: 10 s for
 * one attempt, at most three. `signal` must be one that is still good: after an interrupt that of the host is used up.
 */
export interface Healthcheck {
  /** To be called when the lock is held: a start without an end raises an alarm. Tried twice at most. */
  start(host: Host, signal: AbortSignal): Promise<Finding[]>;
  /** Success, exit code, or for a skipped run a note without a verdict. Also the sign of life. */
  finish(host: Host, end: RunEnd, signal: AbortSignal): Promise<Finding[]>;
  /** Of `proxsave verify` and of the check of the newest copies' age. Also the sign of life. */
  report(host: Host, check: 'verify' | 'age', result: CheckResult, signal: AbortSignal): Promise<Finding[]>;
  /** For each channel with a check of its own: did its notifications go out? */
  notified(host: Host, results: readonly DispatchResult[], signal: AbortSignal): Promise<Finding[]>;
}

/** undefined: nothing to ping. Has no effects and never throws; `healthcheckProblems` tells what is missing. */
export function createHealthcheck(
  config: LoadedConfig,
  runId: string = randomUUID(),
): Healthcheck | undefined {
  const { values } = config;
  if (!values.HEALTHCHECK_ENABLED || values.HEALTHCHECK_MODE !== 'self') return undefined;
  const { checks } = checkAddresses(config);
  if (checks.length === 0) return undefined;
  // For what the service says; names in an address (`pve1-backup`) must stay readable in what we say.
  const redactAnswer = redactSpellings(config.redact, secretsOf(config, checks));
  const { redact } = config;
  const ping = async (host: Host, check: CheckName, message: Message, stop: AbortSignal) => {
    const to = checks.find((candidate) => candidate.check === check);
    return to === undefined ? [] : sendPing(host, { ...message, to, redact: redactAnswer, stop });
  };
  const pingWithLife = async (host: Host, check: CheckName, message: Message, stop: AbortSignal) => {
    const alive: Message = { signal: '', body: firstLine(message.body) };
    const results = [ping(host, check, message, stop), ping(host, 'alive', alive, stop)];
    return (await Promise.all(results)).flat();
  };
  return {
    start: (host, stop) => ping(host, 'backup', { signal: 'start', body: '', runId, maxRetries: 1 }, stop),
    finish: (host, { record, logTail }, stop) => {
      const log = values.HEALTHCHECK_SEND_LOG && record.exit_code !== 0 ? logTail : [];
      const body = pingBody({ record, logTail: log }, redact);
      return pingWithLife(host, 'backup', { signal: signalOf(record), body, runId }, stop);
    },
    report: (host, check, { isGood, text }, stop) =>
      pingWithLife(host, check, { signal: isGood ? '' : 'fail', body: redact(text).slice(0, 4096) }, stop),
    notified: async (host, results, stop) => {
      const messages = [...Map.groupBy(results, ({ notifier }) => notifier.channel)].map(
        ([channel, ofChannel]) => ping(host, `notify-${channel}`, deliveryMessage(ofChannel, redact), stop),
      );
      return (await Promise.all(messages)).flat();
    },
  };
}

type Message = Pick<Ping, 'signal' | 'body' | 'runId' | 'maxRetries'>;

/** A run that did not do anything neither proves nor disproves that backups work: silence must raise the alarm then. */
function signalOf({ status, exit_code }: RunRecord): Signal {
  if (status === 'success' || status === 'warning') return '';
  if (status === 'skipped') return 'log';
  return exit_code > 0 && exit_code <= 255 ? `${exit_code}` : 'fail';
}

function deliveryMessage(results: readonly DispatchResult[], redact: (text: string) => string): Message {
  const isGood = results.every(({ delivery }) => delivery.status === 'sent');
  const lines = results.map(({ notifier, delivery }) => {
    const detail = delivery.detail === undefined ? '' : `: ${delivery.detail}`;
    return `${notifier.name} ${delivery.status}${detail}`;
  });
  return { signal: isGood ? '' : 'fail', body: redact(lines.join('\n')).slice(0, 4096) };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function secretsOf({ values }: LoadedConfig, checks: readonly CheckAddress[]): string[] {
  return [values.HEALTHCHECK_PING_KEY.trim(), ...checks.flatMap(({ address }) => secretsOfAddress(address))];
}

/** What a configuration that switches pings on lacks; warnings, because silence is taken for health. */
export function healthcheckProblems(config: LoadedConfig): Finding[] {
  const { HEALTHCHECK_ENABLED, HEALTHCHECK_MODE } = config.values;
  if (!HEALTHCHECK_ENABLED || HEALTHCHECK_MODE === 'off') return [];
  const problem = (message: string, hint: string): Finding => {
    return { severity: 'warning', code: 'healthcheck-not-set-up', message, hint };
  };
  const { checks, mistakes } = checkAddresses(config);
  if (HEALTHCHECK_MODE === 'centralized') {
    const addresses = checks.length > 0 ? 'the addresses in the file are used then' : howToName;
    const message =
      'HEALTHCHECK_MODE=centralized: no server that knows the addresses is built in, nothing is pinged';
    return [problem(message, `set HEALTHCHECK_MODE=self; ${addresses}`)];
  }
  const wrong = mistakes.map(({ message, hint }) => problem(message, hint));
  if (
    checks.some(({ check }) => check === 'backup') ||
    mistakes.some(({ key }) => key.includes('_BACKUP_'))
  ) {
    return wrong;
  }
  return [
    ...wrong,
    problem('HEALTHCHECK_ENABLED=true, but no check is named for backup runs', `set ${howToName}`),
  ];
}

const howToName =
  'HEALTHCHECK_BACKUP_URL to the ping address of a check, or HEALTHCHECK_PING_ENDPOINT and HEALTHCHECK_BACKUP_ID';
