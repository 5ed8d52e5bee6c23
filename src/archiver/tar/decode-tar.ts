// Tar stream to entries, one at a time, with their content as a stream.

import type { DecodedMeta, TarStep } from './tar-scanner.ts';
import { TarScanner } from './tar-scanner.ts';

export interface DecodedEntry {
  /** The root directory of an archive has the empty path. Paths are NOT checked: see extract-path.ts. */
  meta: DecodedMeta;
  /** Exactly `meta.size` bytes. Can be read once, before the next entry is asked for; what is not read is skipped. */
  content: AsyncIterable<Buffer>;
}

/**
 * Decodes v7, ustar, GNU and PAX tar. Ending the iteration early ends the source too.
 * @throws ArchiveError naming the byte offset: damaged header, truncated input, no end marker, data behind it
 */
export async function* decodeTar(source: AsyncIterable<Buffer>): AsyncGenerator<DecodedEntry, void> {
  const input = source[Symbol.asyncIterator]();
  const scanner = new TarScanner();
  const nextStep = async (): Promise<TarStep | undefined> => {
    for (;;) {
      const step = scanner.next();
      if (step !== undefined) return step;
      const fed = await input.next();
      if (fed.done === true) return undefined;
      scanner.feed(fed.value);
    }
  };
  try {
    for (let step = await nextStep(); step !== undefined; step = await nextStep()) {
      if (step.kind !== 'entry') continue;
      yield { meta: step.meta, content: contentOf(scanner, nextStep) };
    }
    scanner.finish();
  } finally {
    await input.return?.();
  }
}

/** Ends at the `end` step; what the consumer leaves is skipped by the loop above. */
async function* contentOf(
  scanner: TarScanner,
  nextStep: () => Promise<TarStep | undefined>,
): AsyncGenerator<Buffer, void> {
  for (;;) {
    const step = await nextStep();
    if (step === undefined) scanner.finish();
    if (step?.kind !== 'data') return;
    yield step.bytes;
  }
}
