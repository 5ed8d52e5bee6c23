// Questions to a person at a terminal. The library is loaded when the first one is asked. Without a terminal nothing is ever
// asked: the caller says which flag would have answered.

import type { Readable, Writable } from 'node:stream';
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

type Check = (answer: string) => string | undefined;

export interface Prompts {
  /** Nothing of the answer is shown. */
  secret(message: string, check?: Check): Promise<string>;
  text(message: string, options?: { placeholder?: string; initial?: string; check?: Check }): Promise<string>;
  confirm(message: string, initial?: boolean): Promise<boolean>;
  choose<Value extends string>(message: string, choices: readonly Choice<Value>[]): Promise<Value>;
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
    confirm: async (message, initial = false) => {
      const { confirm } = await load();
      return answered(await confirm({ message, initialValue: initial, ...common }));
    },
    choose: async (message, choices) => {
      const { select } = await load();
      return answered(await select<string>({ message, options: [...choices], ...common })) as never;
    },
    chooseSeveral: async (message, choices, initial = []) => {
      const { multiselect } = await load();
      const options = { options: [...choices], initialValues: [...initial], required: false };
      return answered(await multiselect<string>({ message, ...options, ...common })) as never;
    },
  };
}
