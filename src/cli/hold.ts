// proxsave hold and release: single archives that retention never removes, on any tier.

import { basename } from 'node:path';
import { exitCodeOf, UsageError } from '../errors.ts';
import { detectHostname } from '../host/detect-hostname.ts';
import { isFileHere, NoMatchError } from '../orchestrator/find-archive.ts';
import { changeState, heldNames, isHeldName } from '../orchestrator/tiers/change-state.ts';
import { findOnTier } from '../orchestrator/tiers/find-on-tier.ts';
import { readRetentionState } from '../storage/retention/state-file.ts';
import { holdArchive, releaseArchive } from '../storage/retention/retention-state.ts';
import type { RetentionState } from '../storage/retention/retention-state.ts';
import { isSameArchive } from '../storage/retention/retention-archive.ts';
import { printable } from '../util/printable.ts';
import { parseArchiveName } from '../archiver/archive-name.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { archiveArgument, tierOf } from './open-named.ts';
import { tierAccess, tiersGiven, tiersOption } from './tier-access.ts';

const maxReasonLength = 200;

export const holdCommand: Command = {
  name: 'hold',
  summary: 'Keep an archive whatever the retention rules say, on every tier',
  arguments: [archiveArgument],
  options: [
    { flags: '--reason <text>', description: 'why, for whoever looks at the list later' },
    tiersOption,
  ],
  examples: [
    { what: 'Before an upgrade', command: "proxsave hold latest --reason 'before the upgrade to 9'" },
    { what: 'One that is only in the cloud', command: 'proxsave hold 2026-07-24 --tier cloud' },
  ],
  exits: ['storage', 'permission', 'skipped'],
  run: async (context, input) => {
    const reason = reasonOf(input);
    const name = await nameMeant(context, input);
    await change(context, (state, since) => holdArchive(state, { name, reason, since }));
    if (context.global.isJson) context.printJson({ name, isHeld: true, reason });
    else
      context.print(
        `held: ${printable(name)}; it stays on every tier until: proxsave release ${printable(name)}`,
      );
    return exitCodeOf('ok');
  },
};

export const releaseCommand: Command = {
  name: 'release',
  summary: 'End the hold of an archive; the retention rules decide about it again',
  description:
    'Also for the first good archive of an installation, which is held from the start. Nothing is removed by this command.',
  arguments: [archiveArgument],
  options: [tiersOption],
  examples: [{ what: 'After the upgrade went well', command: 'proxsave release 2026-07-24' }],
  exits: ['storage', 'permission', 'skipped'],
  run: async (context, input) => {
    const known = readRetentionState(context.host, context.config.load().places.state);
    const name = heldNameMeant(known, input.args[0] ?? '') ?? (await nameMeant(context, input));
    const wasHeld = isHeldName(known, name);
    if (wasHeld) await change(context, (state, now) => releaseArchive(state, name, now));
    if (context.global.isJson) context.printJson({ name, isHeld: false, wasHeld });
    else context.print(wasHeld ? `released: ${printable(name)}` : `nothing holds ${printable(name)}`);
    return exitCodeOf('ok');
  },
};

function reasonOf(input: CommandInput): string {
  const reason = (input.text('reason') ?? '').trim();
  if (reason.length <= maxReasonLength && !/\p{Cc}/u.test(reason)) return reason;
  throw new UsageError(`--reason takes one line of at most ${maxReasonLength} characters`, {
    hint: 'say it shorter',
  });
}

async function change(
  context: CommandContext,
  to: (state: RetentionState, now: Date) => RetentionState,
): Promise<void> {
  const { host } = context;
  const { config, report } = tierAccess(context);
  await changeState({ host, report }, config, await detectHostname(host), to);
}

/** An archive that is gone from every tier is still released by its name. */
function heldNameMeant(state: RetentionState, words: string): string | undefined {
  const names = heldNames(state);
  const exact = names.find((name) => isSameArchive(name, words));
  const beginning = names.filter((name) => words !== '' && name.startsWith(words));
  return exact ?? (beginning.length === 1 ? beginning[0] : undefined);
}

/** The first tier that has what is meant: the same archive has one name on all of them. */
async function nameMeant(context: CommandContext, input: CommandInput): Promise<string> {
  const words = input.args[0] ?? '';
  if (words.includes('/') || isFileHere(context.host, words)) return nameOfPath(words);
  let notFound: NoMatchError | undefined;
  for (const name of tiersGiven(context, input)) {
    try {
      const tier = await tierOf(context, name);
      return (await findOnTier(tier, words, context.host.signal)).name;
    } catch (error) {
      if (!(error instanceof NoMatchError)) throw error;
      notFound ??= error;
    }
  }
  throw notFound ?? new NoMatchError(`no tier has an archive named "${words}"`);
}

function nameOfPath(path: string): string {
  const name = basename(path);
  if (parseArchiveName(name) !== undefined) return name;
  throw new UsageError(`${path} has no archive's name`, {
    hint: 'see what there is: proxsave list --tier all',
  });
}
