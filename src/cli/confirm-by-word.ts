// The question before something that cannot be taken back: a word is typed, on a terminal only.

import { InterruptedError, type UsageError } from '../errors.ts';
import type { CommandContext } from './command.ts';

export interface WordQuestion {
  message: string;
  word: string;
  /** Thrown where nobody can be asked; its hint names the flag that answers. */
  refusal: UsageError;
}

/** Returns when the word was typed. @throws InterruptedError for any other answer */
export async function confirmByWord(context: CommandContext, question: WordQuestion): Promise<void> {
  if (context.prompts === undefined || context.global.isJson) throw question.refusal;
  const answer = await context.prompts.text(question.message);
  if (answer.trim().toLowerCase() === question.word) return;
  throw new InterruptedError(`nothing was changed: the answer was not "${question.word}"`);
}
