import { expect, test } from 'vitest';
import type { CommandContext } from '../../../src/cli/command.ts';
import { confirmByWord } from '../../../src/cli/confirm-by-word.ts';
import { InterruptedError, UsageError } from '../../../src/errors.ts';

const refusal = new UsageError('nobody can be asked', { hint: '--yes' });
const question = { message: 'Type remove', word: 'remove', refusal };
const contextWith = (answer: string | undefined, isJson = false) => {
  const prompts = answer === undefined ? undefined : { text: () => Promise.resolve(answer) };
  return { prompts, global: { isJson } } as unknown as CommandContext;
};

test('the word, in any case, lets it happen; anything else changes nothing', async () => {
  await expect(confirmByWord(contextWith(' Remove '), question)).resolves.toBeUndefined();
  for (const answer of ['', 'y', 'yes', 'removed']) {
    await expect(confirmByWord(contextWith(answer), question)).rejects.toThrow(InterruptedError);
  }
});

test('without a terminal, or for a program that reads JSON, nothing is asked', async () => {
  await expect(confirmByWord(contextWith(undefined), question)).rejects.toBe(refusal);
  await expect(confirmByWord(contextWith('remove', true), question)).rejects.toBe(refusal);
});
