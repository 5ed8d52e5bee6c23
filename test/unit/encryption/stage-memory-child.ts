// A process of its own for stage-memory.test.ts: so many bytes through both stages, then what came out and the peak memory.

import { createHash, randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createDecryptStage } from '../../../src/encryption/decrypt-stage.ts';
import { createEncryptStage } from '../../../src/encryption/encrypt-stage.ts';
import { createRunIdentity } from '../../../src/encryption/run-identity.ts';

const total = Number(process.argv[2]);
const pieceBytes = 1024 * 1024;
const run = await createRunIdentity();
const before = createHash('sha256');
const after = createHash('sha256');
let bytes = 0;

function* source() {
  const piece = randomBytes(pieceBytes);
  for (let done = 0; done < total; done += pieceBytes) {
    piece.writeDoubleBE(done);
    before.update(piece);
    yield Buffer.from(piece);
  }
}

await pipeline(
  source,
  await createEncryptStage([run.recipient]),
  createDecryptStage([run.identity()]),
  async (plain: AsyncIterable<Buffer>) => {
    for await (const piece of plain) {
      after.update(piece);
      bytes += piece.length;
    }
  },
);

const isEqual = before.digest('hex') === after.digest('hex');
console.log(JSON.stringify({ isEqual, bytes, peakKib: process.resourceUsage().maxRSS }));
