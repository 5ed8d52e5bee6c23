// Questions to a person at a terminal. The library is loaded when the first one is asked. Without a terminal nothing is ever
// asked: the caller says which flag would have answered.

import type { Readable, Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import { InterruptedError } from '../errors.ts';

/** Where a person can be asked: a terminal both ways. */
export interface PromptStreams {
  input: Readable;
  output: Writable;
}

export interface Choice<Value> {
  value: Value;
  label: string;
  hint?: string;
}

export interface ConfirmOptions {
  /** Takes the question away, like an interrupt. */
  signal?: AbortSignal;
  /** Keys that were pressed before the question stood on the screen are no answer to it. */
  isFresh?: boolean;
}

type Check = (answer: string) => string | undefined;

export interface Prompts {
  /** Nothing of the answer is shown. */
  secret(message: string, check?: Check): Promise<string>;
  text(message: string, options?: { placeholder?: string; initial?: string; check?: Check }): Promise<string>;
  confirm(message: string, initial?: boolean, options?: ConfirmOptions): Promise<boolean>;
  /** `initial`: where the cursor stands at first. */
  choose<Value extends string>(
    message: string,
    choices: readonly Choice<Value>[],
    initial?: Value,
  ): Promise<Value>;
  chooseSeveral<Value extends string>(
    message: string,
    choices: readonly Choice<Value>[],
    initial?: readonly Value[],
  ): Promise<Value[]>;
}

/** Ctrl-C, Escape and an abort end every question with InterruptedError. */
export function createPrompts(streams: PromptStreams, signal: AbortSignal): Prompts {
  const common = { ...streams, signal };
  const load = () => import('@clack/prompts');
  const answered = <Value>(answer: Value): Exclude<Value, symbol> => {
    if (typeof answer === 'symbol') throw new InterruptedError('nothing was changed: the question was left');
    return answer as Exclude<Value, symbol>;
  };
  const validate = (check: Check | undefined) =>
    check === undefined ? {} : { validate: (answer: string | undefined) => check(answer ?? '') };
  return {
    secret: async (message, check) => {
      const { password } = await load();
      return answered(await password({ message, ...validate(check), ...common }));
    },
    text: async (message, { placeholder, initial, check } = {}) => {
      const { text } = await load();
      const hints = {
        ...(placeholder === undefined ? {} : { placeholder }),
        ...(initial === undefined ? {} : { initialValue: initial }),
      };
      return answered(await text({ message, ...hints, ...validate(check), ...common }));
    },
    confirm: async (message, initial = false, { signal: away = signal, isFresh = false } = {}) => {
      const { confirm } = await load();
      if (isFresh) await discardTyped(streams.input);
      const options = { message, initialValue: initial, ...common, signal: AbortSignal.any([signal, away]) };
      return answered(await confirm(options));
    },
    choose: async (message, choices, initial) => {
      const { select } = await load();
      const options = {
        options: [...choices],
        ...(initial === undefined ? {} : { initialValue: initial as string }),
      };
      return answered(await select<string>({ message, ...options, ...common })) as never;
    },
    chooseSeveral: async (message, choices, initial = []) => {
      const { multiselect } = await load();
      const options = { options: [...choices], initialValues: [...initial], required: false };
      return answered(await multiselect<string>({ message, ...options, ...common })) as never;
    },
  };
}

const discardMs = 100;

/** What lies in the terminal's buffer is there at once; only a terminal has one. */
async function discardTyped(input: Readable): Promise<void> {
  if (!(input instanceof ReadStream)) return;
  // Line by line the terminal would keep what does not end in a line feed.
  input.setRawMode(true);
  const discard = () => undefined;
  input.on('data', discard);
  // An earlier question has paused it.
  input.resume();
  await sleep(discardMs);
  input.off('data', discard);
  input.pause();
}
