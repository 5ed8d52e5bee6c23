// Where the passphrase of a protected key file comes from: known, asked for when it is needed, or not to be had.

import { PassphraseNeededError } from './wrong-key-error.ts';

/** A function gets what the passphrase is for, to be shown in the prompt. The callee does not zero what it gets. */
export type PassphraseSource = Buffer | ((purpose: string) => Promise<Buffer>);

/** @throws PassphraseNeededError without a source */
export async function askPassphrase(source: PassphraseSource | undefined, purpose: string): Promise<Buffer> {
  if (source === undefined) {
    throw new PassphraseNeededError(`${purpose} is protected by a passphrase, and none was given`, {
      hint: 'Give the passphrase in a file or in the environment, or run the command in a terminal to be asked.',
    });
  }
  return typeof source === 'function' ? await source(purpose) : source;
}
