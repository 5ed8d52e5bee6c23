// The bytes of an archive without its encryption: still compressed, for whoever wants the plain archive itself.

import { createHash } from 'node:crypto';
import { VerificationError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { OpenArchive } from './open-archive.ts';
import { decodeContent, readRange, type ReadOptions } from './read-content.ts';

export interface DecryptedOptions extends ReadOptions {
  /** Go on although the encrypted bytes have not the SHA-256 that checksum file or manifest state. */
  ignoreChecksum?: boolean;
}

/**
 * Every byte that comes out was authenticated; that nothing is missing is known only when it ends without an error.
 * @throws VerificationError at the end, when the encrypted bytes are not those that checksum file or manifest speak of;
 *   KeyError, EncryptionError, ArchiveError, PermissionError, InterruptedError
 */
export async function* readDecrypted(
  host: Host,
  archive: OpenArchive,
  options: DecryptedOptions = {},
): AsyncGenerator<Buffer, void> {
  const digest = createHash('sha256');
  async function* digested() {
    for await (const bytes of readRange(host, archive, options)) {
      digest.update(bytes);
      yield bytes;
    }
  }
  yield* decodeContent(host, { ...archive, compression: 'none' }, digested(), options);
  if (options.ignoreChecksum === true) return;
  const found = digest.digest('hex');
  const wrong = archive.expectedDigests.find(({ sha256 }) => sha256 !== found);
  if (wrong === undefined) return;
  throw new VerificationError(
    `${archive.path} is not the archive that its ${wrong.source} speaks of: its SHA-256 is ${found}, not ${wrong.sha256}`,
    {
      hint: 'Use another copy. It could be decrypted, so if you are sure of this one: --ignore-checksum goes on all the same.',
    },
  );
}
