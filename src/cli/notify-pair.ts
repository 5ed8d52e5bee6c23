// proxsave notify pair: this host joins a relay.

import { posix } from 'node:path';
import type { LoadedConfig } from '../config/load-config.ts';
import { describeSystemError, exitCodeOf, isSystemError, UsageError } from '../errors.ts';
import { asRealPath } from '../host/host.ts';
import type { Pairing } from '../notifications/relay-client/pair-with-relay.ts';
import { printable } from '../util/printable.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';

export const notifyPairCommand: Command = {
  name: 'notify pair',
  summary: 'Join a relay, which then sends the notifications of this host',
  description:
    'Needs a pairing code, which `proxsave relay code` prints on the machine with the relay; it is asked for at a terminal. Joining ' +
    'gives this host an id and a secret of its own, kept in RELAY_SECRET_FILE. The configuration is not changed: what is ' +
    'still to be set is printed.',
  arguments: [],
  options: [
    { flags: '--relay <url>', description: 'address of the relay (default: RELAY_URL)' },
    { flags: '--code <code>', description: 'pairing code; other users of this host may see it' },
    { flags: '--code-file <file>', description: 'pairing code from a file' },
    { flags: '--code-fd <number>', description: 'the same, from an open file descriptor' },
  ],
  examples: [
    { what: 'Asks for the code', command: 'proxsave notify pair --relay https://relay.example.net:8765' },
    {
      what: 'Without a terminal, from the machine with the relay',
      command: 'proxsave relay code | ssh root@pve1 proxsave notify pair --relay URL --code-fd 0',
    },
  ],
  exits: ['failed', 'storage', 'permission', 'interrupted'],
  run: async (context, input) => {
    const { pairWithRelay } = await import('../notifications/relay-client/pair-with-relay.ts');
    const { relaySecretFile } = await import('../notifications/relay-client/relay-credentials.ts');
    const config = context.config.load();
    const url = relayAddress(config, input);
    const { RELAY_CA_FILE: caFile } = config.values;
    const secretFile = relaySecretFile(config);
    const pairing = await pairWithRelay(context.host, {
      url,
      code: await givenCode(context, input),
      secretFile,
      ...(caFile === undefined ? {} : { caFile }),
      signal: context.host.signal,
    });
    tell(context, { pairing, secretFile, toSet: stillToSet(config, url, pairing) });
    return exitCodeOf('ok');
  },
};

function relayAddress({ values }: LoadedConfig, input: CommandInput): string {
  const url = (input.text('relay') ?? values.RELAY_URL).trim();
  if (url !== '') return url;
  throw new UsageError('`proxsave notify pair` needs the address of the relay', {
    hint: 'for example: proxsave notify pair --relay https://relay.example.net:8765\nor set RELAY_URL',
  });
}

async function givenCode(context: CommandContext, input: CommandInput): Promise<string> {
  const given = ['code', 'codeFile', 'codeFd'].filter((name) => input.text(name) !== undefined);
  if (given.length > 1) {
    throw new UsageError('the pairing code was given more than once', {
      hint: 'give one of --code, --code-file and --code-fd',
    });
  }
  const [code, file, descriptor] = ['code', 'codeFile', 'codeFd'].map((name) => input.text(name));
  if (code !== undefined) return code;
  if (file !== undefined) return readCode(context, posix.resolve(context.host.process.cwd, file), file);
  if (descriptor !== undefined) {
    if (/^\d{1,4}$/.test(descriptor))
      return readCode(context, `/proc/self/fd/${descriptor}`, `descriptor ${descriptor}`);
    throw new UsageError(`--code-fd ${descriptor} is not the number of a file descriptor`, {
      hint: 'for example: --code-fd 0, to read the code from stdin',
    });
  }
  if (context.prompts !== undefined)
    return context.prompts.secret('Pairing code (`proxsave relay code` prints one on the relay)');
  throw new UsageError('no pairing code was given, and there is no terminal to ask for it', {
    hint: 'give --code-file FILE or --code-fd NUMBER',
  });
}

function readCode({ host }: CommandContext, path: string, name: string): string {
  try {
    return host.fs.readText(asRealPath(path)).trim();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`cannot read the pairing code from ${name}: ${describeSystemError(error)}`, {
      cause: error,
    });
  }
}

interface Setting {
  key: string;
  value: string;
}

/** Keys without which the relay is not used, or not for all that it can send. */
function stillToSet({ values }: LoadedConfig, url: string, { channels }: Pairing): Setting[] {
  const wanted: Setting[] = [
    { key: 'RELAY_URL', value: url },
    ...(channels.includes('telegram')
      ? [
          { key: 'TELEGRAM_ENABLED', value: 'true' },
          { key: 'BOT_TELEGRAM_TYPE', value: 'centralized' },
        ]
      : []),
    ...(channels.includes('mail')
      ? [
          { key: 'EMAIL_ENABLED', value: 'true' },
          { key: 'EMAIL_DELIVERY_METHOD', value: 'relay' },
        ]
      : []),
  ];
  const current: Readonly<Record<string, unknown>> = values;
  return wanted.filter(({ key, value }) => String(current[key]) !== value);
}

const channelNames = { telegram: 'Telegram messages', mail: 'mail' } as const;

function tell(
  context: CommandContext,
  { pairing, secretFile, toSet }: { pairing: Pairing; secretFile: string; toSet: readonly Setting[] },
): void {
  const { hostId, channels } = pairing;
  if (context.global.isJson) {
    context.printJson({ hostId, channels, secretFile, toSet });
    return;
  }
  const can = channels.map((channel) => channelNames[channel]).join(' and ');
  context.print(`joined the relay as ${hostId}; it can send ${can === '' ? 'nothing yet' : can}`);
  context.print(`secret of this host: ${printable(secretFile)}`);
  if (toSet.length > 0) {
    context.print('to use it, set in the configuration (leave out what you do not want):');
    for (const { key, value } of toSet) context.print(`  ${key}=${printable(value)}`);
  }
  context.note('Then see whether messages arrive: proxsave notify test');
}
