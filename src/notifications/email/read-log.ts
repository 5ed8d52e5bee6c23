// The log of a run as an attachment: its end where it is long, redacted once more.

import { posix } from 'node:path';
import { isSystemError } from '../../errors.ts';
import { asRealPath, type Host } from '../../host/host.ts';
import type { Redact } from '../../ui/redact.ts';
import type { Notice } from '../notice.ts';

/** Small enough for every mail server and for the relay. */
const maxLogBytes = 256 * 1024;

/** The file of the run record, or the last lines that the notice carries when it cannot be read. Empty: no log at all. */
export function readLogFor(
  host: Host,
  notice: Notice,
  redact: Redact,
): readonly { name: string; text: string }[] {
  const text = readEnd(host, notice.record.log_path) ?? notice.logTail.join('\n');
  if (text === '') return [];
  const name = posix.basename(notice.record.log_path) || 'proxsave.log';
  return [{ name, text: redact(text) }];
}

function readEnd(host: Host, path: string): string | undefined {
  if (path === '') return undefined;
  try {
    const fd = host.fs.openForRead(asRealPath(path));
    try {
      const { size } = host.fs.statFd(fd);
      const buffer = Buffer.alloc(Math.min(size, maxLogBytes));
      const length = host.fs.read(fd, buffer, 0, buffer.length, size - buffer.length);
      const text = buffer.subarray(0, length).toString('utf8');
      // The first line is a part of one when the beginning was left out.
      return size > maxLogBytes ? text.slice(text.indexOf('\n') + 1) : text;
    } finally {
      host.fs.close(fd);
    }
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
