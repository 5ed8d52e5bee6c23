// How keys are shown by the commands of `key`.

import type { Recipient } from '../encryption/recipient.ts';
import type { HostKey } from '../orchestrator/keys/host-keys.ts';
import { printable } from '../util/printable.ts';

export function keyToJson({ kind, text, fingerprint, comment }: Recipient) {
  return { kind, recipient: text, fingerprint, comment };
}

export function placeOfKey({ source }: HostKey): string {
  return source.kind === 'file'
    ? `${printable(source.path)}, line ${source.line}`
    : `AGE_RECIPIENT (${printable(source.where)})`;
}
