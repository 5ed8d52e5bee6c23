// proxsave relay [code|hosts|revoke|unit]: the server that sends the messages of many hosts, and what its admin does with it.

import { posix } from 'node:path';
import type { LoadedConfig } from '../config/load-config.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import type { RelayEvent } from '../relay/relay-context.ts';
import type { RelayHost } from '../relay/relay-store.ts';
import { formatAge, formatLocalTime } from '../util/format.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext } from './command.ts';
import { programName } from './program-name.ts';

export const relayCommand: Command = {
  name: 'relay',
  summary: 'Run a relay: send the notifications of many hosts from one machine',
  description:
    'Holds one Telegram bot (TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID), one mail account (SMTP_HOST and its other keys), or both, for hosts ' +
    'that were paired with it, and listens on RELAY_LISTEN until it is stopped. What happens goes to stderr, a line each; ' +
    'under systemd with its level for the journal. Texts of messages are not logged.',
  arguments: [],
  options: [],
  examples: [
    { what: 'Run it here and now', command: 'proxsave relay' },
    { what: 'The same as a service: see proxsave relay unit', command: 'proxsave relay --quiet' },
  ],
  exits: ['environment', 'storage', 'permission', 'security'],
  run: async (context) => {
    const { startRelay } = await import('../relay/start-relay.ts');
    const { host } = context;
    const report = eventWriter(context);
    const relay = await startRelay(host, context.config.load(), host.signal, { report });
    report({
      level: 'info',
      message: `listening on ${relay.address}, sends by ${relay.channels.join(' and ')}`,
    });
    await relay.closed;
    report({ level: 'info', message: 'stopped' });
    if (context.global.isJson) context.printJson({ type: 'summary', address: relay.address });
    return exitCodeOf('ok');
  },
};

/** Priorities of syslog, as the journal reads them at the start of a line; see sd-daemon(3). */
const priorityOf: Readonly<Record<RelayEvent['level'], string>> = { info: '6', warning: '4', error: '3' };

function eventWriter(context: CommandContext): (event: RelayEvent) => void {
  const { host, global, terminal, config } = context;
  const isForJournal = (host.env.JOURNAL_STREAM ?? '') !== '';
  return ({ level, message }) => {
    if (global.isJson) {
      context.printJson({ type: 'event', level, message });
      return;
    }
    if (global.isQuiet && level === 'info') return;
    const text = config.redact(printable(message));
    const line = isForJournal
      ? `<${priorityOf[level]}>${text}`
      : `[${formatLocalTime(host.clock.now())}] ${level.toUpperCase().padEnd(8)} ${text}`;
    terminal.stderr.write(`${line}\n`);
  };
}

export const relayCodeCommand: Command = {
  name: 'relay code',
  summary: 'Make a pairing code, with which one host can join this relay',
  arguments: [],
  options: [
    { flags: '--minutes <number>', description: 'how long it can be used (default: 15)' },
    {
      flags: '--chat-id <id>',
      description: 'Telegram chat for the messages of that host (default: TELEGRAM_CHAT_ID)',
    },
  ],
  examples: [
    { what: 'For the next quarter of an hour', command: 'proxsave relay code' },
    {
      what: 'For a host whose messages go to a chat of its own',
      command: 'proxsave relay code --chat-id=-1001234567890',
    },
  ],
  exits: ['storage', 'permission', 'security'],
  run: async (context, input) => {
    const { createPairingCode } = await import('../relay/manage-relay.ts');
    const minutes = input.text('minutes');
    const chatId = input.text('chatId');
    const { code, expiresAt } = await createPairingCode(context.host, context.config.load(), {
      ...(minutes === undefined ? {} : { minutes: parseMinutes(minutes) }),
      ...(chatId === undefined ? {} : { chatId }),
    });
    if (context.global.isJson) {
      context.printJson({ code, expiresAt: expiresAt.toISOString() });
      return exitCodeOf('ok');
    }
    context.print(code);
    context.note(
      `It works once, until ${formatLocalTime(expiresAt)}. On the host that shall join:\n` +
        'proxsave notify pair --relay URL\nURL is the address of this relay, as that host reaches it.',
    );
    return exitCodeOf('ok');
  },
};

function parseMinutes(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`--minutes ${text} is not a number of minutes`, { hint: 'for example: --minutes 30' });
}

export const relayHostsCommand: Command = {
  name: 'relay hosts',
  summary: 'List the hosts that joined this relay',
  arguments: [],
  options: [],
  examples: [
    { what: 'Which hosts are there, and when did each last send?', command: 'proxsave relay hosts' },
  ],
  exits: ['storage', 'permission'],
  run: async (context) => {
    const { listRelayHosts } = await import('../relay/manage-relay.ts');
    const hosts = await listRelayHosts(context.host, context.config.load());
    if (context.global.isJson) context.printJson({ hosts: hosts.map(jsonOf) });
    else if (hosts.length === 0) context.note('No host has joined. Make a code for one: proxsave relay code');
    else context.print(renderHosts(context, hosts));
    return exitCodeOf('ok');
  },
};

function jsonOf({ pairedAt, lastSeenAt, revokedAt, ...host }: RelayHost): object {
  return {
    ...host,
    pairedAt: pairedAt.toISOString(),
    lastSeenAt: lastSeenAt?.toISOString(),
    revokedAt: revokedAt?.toISOString(),
  };
}

function renderHosts({ host: { clock }, style }: CommandContext, hosts: readonly RelayHost[]): string {
  const ageOf = (date: Date | undefined) => (date === undefined ? 'never' : formatAge(date, clock.now()));
  const rows = hosts.map(({ hostId, hostname, pairedAt, lastSeenAt, revokedAt, chatId }) => [
    hostId,
    printable(hostname),
    formatLocalTime(pairedAt),
    ageOf(lastSeenAt),
    chatId ?? '-',
    revokedAt === undefined ? '' : 'revoked',
  ]);
  const all = [['id', 'host', 'paired', 'last message', 'chat', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line, index) => (index === 0 ? style.bold(line.trimEnd()) : line.trimEnd())).join('\n');
}

export const relayRevokeCommand: Command = {
  name: 'relay revoke',
  summary: 'Remove a host from this relay',
  description: 'Its next message is refused, also by a relay that runs. With a new code it can join again.',
  arguments: [{ name: 'host', description: 'its id, or its name when no other host has it' }],
  options: [],
  examples: [{ what: 'A host that is gone', command: 'proxsave relay revoke pve1.example.net' }],
  exits: ['storage', 'permission'],
  run: async (context, input) => {
    const { revokeRelayHost } = await import('../relay/manage-relay.ts');
    const revoked = await revokeRelayHost(context.host, context.config.load(), input.args[0] ?? '');
    if (context.global.isJson) context.printJson(jsonOf(revoked));
    else context.print(`revoked ${revoked.hostId} (${printable(revoked.hostname)})`);
    return exitCodeOf('ok');
  },
};

export const relayUnitCommand: Command = {
  name: 'relay unit',
  summary: 'Print a systemd unit for the relay',
  description:
    'The service has a user of its own that exists only while it runs, and may write only to its state directory. systemd hands ' +
    'it the configuration, which only root may read.',
  arguments: [],
  options: [],
  examples: [
    {
      what: 'Install it; then: systemctl enable --now proxsave-relay',
      command: 'proxsave relay unit > /etc/systemd/system/proxsave-relay.service',
    },
  ],
  exits: [],
  run: async (context) => {
    const { renderRelayUnit } = await import('../relay/render-unit.ts');
    const config = context.config.load();
    const unit = renderRelayUnit(unitRequest(context, config));
    if (context.global.isJson) context.printJson({ unit });
    else context.print(unit);
    for (const warning of unitWarnings(context, config)) context.warn(warning);
    return exitCodeOf('ok');
  },
};

function unitRequest(context: CommandContext, config: LoadedConfig) {
  const { RELAY_TLS_CERT_FILE: certFile, RELAY_TLS_KEY_FILE: keyFile } = config.values;
  return {
    program: ownPath(context),
    configFile: config.file ?? config.places.config,
    ...(certFile === undefined || keyFile === undefined ? {} : { tls: { certFile, keyFile } }),
  };
}

function ownPath(context: CommandContext): string {
  return posix.resolve(context.host.process.cwd, programName(context));
}

/** What in this configuration the service cannot work with. */
function unitWarnings(
  context: CommandContext,
  { file, places, values, details, origins }: LoadedConfig,
): string[] {
  const hidden = /^\/(?:home|root|run\/user)\//;
  const fromFiles = (['TELEGRAM_BOT_TOKEN', 'SMTP_PASSWORD'] as const).filter((key) =>
    details.get(key)?.key?.endsWith('_FILE'),
  );
  return [
    ...(file === undefined
      ? [`there is no ${places.config} yet: the service does not start without it`]
      : []),
    ...(hidden.test(ownPath(context))
      ? [`${ownPath(context)} is in a home directory, which the service cannot see (ProtectHome=)`]
      : []),
    ...(origins.RELAY_STATE === 'default'
      ? []
      : [
          `RELAY_STATE=${values.RELAY_STATE}: the service may write only to /var/lib/proxsave-relay; leave the key away`,
        ]),
    ...fromFiles.map(
      (key) => `${key}_FILE: add a line LoadCredential=${key}:FILE, so that the service may read that file`,
    ),
  ];
}
