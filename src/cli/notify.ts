// proxsave notify test|preview: do messages arrive, and how do they look?

import { exitCodeOf } from '../errors.ts';
import type { DispatchResult } from '../notifications/dispatch.ts';
import type { Misconfigured } from '../notifications/notifier.ts';
import type { TryLevel } from '../orchestrator/try-notifications.ts';
import { printable, printableLines } from '../util/printable.ts';
import type { ArgumentSpec, Command, CommandContext, CommandInput, OptionSpec } from './command.ts';

const channelArgument: ArgumentSpec = {
  name: 'channel',
  description:
    'email, telegram, gotify, webhook, or the name of a webhook endpoint; default: all that are on',
  isOptional: true,
};

const levelOption: OptionSpec = {
  flags: '--level <level>',
  description: 'as if a run had ended like this (default: success)',
  choices: ['success', 'warning', 'failure'],
};

export const notifyTestCommand: Command = {
  name: 'notify test',
  summary: 'Send a test message by every notification channel',
  description:
    'Each channel and each webhook endpoint is reported for itself, with what its service answered. The level filters ' +
    '(*_NOTIFY_ON) are not applied.',
  arguments: [channelArgument],
  options: [levelOption],
  examples: [
    { what: 'All channels', command: 'proxsave notify test' },
    {
      what: 'How does a failure look in Telegram?',
      command: 'proxsave notify test telegram --level failure',
    },
  ],
  exits: ['network', 'interrupted'],
  run: async (context, input) => {
    const { selectChannels, sendTryNotice } = await import('../orchestrator/try-notifications.ts');
    const config = context.config.load();
    const channels = selectChannels(config, input.args[0]);
    context.note('Sending a test message ...');
    const results = await sendTryNotice(context.host, config, { channels, level: levelOf(input) });
    report(context, results, channels.misconfigured);
    if (context.host.signal.aborted) return exitCodeOf('interrupted');
    const isGood =
      channels.misconfigured.length === 0 && results.every(({ delivery }) => delivery.status === 'sent');
    return exitCodeOf(isGood ? 'ok' : 'network');
  },
};

export const notifyPreviewCommand: Command = {
  name: 'notify preview',
  summary: 'Print what a notification channel would send, without sending it',
  description: 'Secrets (tokens, passwords, addresses that hold one) are masked.',
  arguments: [channelArgument],
  options: [levelOption],
  examples: [
    { what: 'The mail about a failed run', command: 'proxsave notify preview email --level failure' },
  ],
  exits: [],
  run: async (context, input) => {
    const { makeTryNotice, selectChannels } = await import('../orchestrator/try-notifications.ts');
    const config = context.config.load();
    const channels = selectChannels(config, input.args[0]);
    const notice = await makeTryNotice(context.host, config, levelOf(input));
    for (const notifier of channels.notifiers) {
      const payload = notifier.preview(notice);
      if (context.global.isJson) {
        context.printJson({ type: 'preview', channel: notifier.channel, name: notifier.name, payload });
      } else
        context.print(`${context.style.bold(`--- ${printable(notifier.name)}`)}\n${printableLines(payload)}`);
    }
    reportMisconfigured(context, channels.misconfigured);
    if (context.global.isJson) context.printJson({ type: 'summary', previews: channels.notifiers.length });
    return exitCodeOf('ok');
  },
};

function levelOf(input: CommandInput): TryLevel {
  // The parser accepts only the choices.
  return (input.text('level') ?? 'success') as TryLevel;
}

function report(
  context: CommandContext,
  results: readonly DispatchResult[],
  misconfigured: readonly Misconfigured[],
): void {
  const { style } = context;
  const rows = results.map(({ notifier, delivery }) => ({
    channel: notifier.channel,
    name: notifier.name,
    ...delivery,
  }));
  if (context.global.isJson) {
    context.printJson({ type: 'summary', deliveries: rows, misconfigured });
    return;
  }
  for (const { name, status, via, detail, hint, attempts } of rows) {
    const word = status === 'sent' ? style.green('sent') : style.red('failed');
    const facts = [via, detail, attempts > 1 ? `${attempts} attempts` : undefined].filter(
      (fact) => fact !== undefined,
    );
    context.print(`${word}  ${printable(name)}${facts.length > 0 ? `: ${printable(facts.join('; '))}` : ''}`);
    if (hint !== undefined) context.print(`      ${printable(hint)}`);
  }
  reportMisconfigured(context, misconfigured);
}

function reportMisconfigured(context: CommandContext, misconfigured: readonly Misconfigured[]): void {
  if (context.global.isJson) return;
  for (const { name, message, hint } of misconfigured) {
    context.print(
      `${context.style.red('not set up')}  ${printable(name)}: ${printable(message)}\n      ${printable(hint)}`,
    );
  }
}
