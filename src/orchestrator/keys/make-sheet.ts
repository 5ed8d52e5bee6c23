// The recovery sheet of this host: what its configuration, its keys and its newest archive say, on one page.

import type { LoadedConfig } from '../../config/load-config.ts';
import { parseNativeIdentity } from '../../encryption/identity.ts';
import { numberLines, readSecretBytes } from '../../encryption/key-lines.ts';
import { describeRecipientText } from '../../encryption/recipient.ts';
import { EncryptionError, UsageError } from '../../errors.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { renderQrCode } from '../../recovery/qr-code.ts';
import { renderRecoverySheet } from '../../recovery/recovery-sheet.ts';
import { enabledTiers, placeOfTier } from '../tiers/open-tiers.ts';
import { readHostKeys } from './host-keys.ts';
import { findNewest } from './newest-archive.ts';

export interface SheetRequest {
  identity: PrintableIdentity | undefined;
  passphraseHint: string | undefined;
  withQrCode: boolean;
}

export interface PrintableIdentity {
  /** `AGE-SECRET-KEY-...` */
  text: string;
  recipient: string;
}

export interface Sheet {
  hostname: string;
  text: string;
  /** Sentences: what is wrong with what the sheet says. */
  warnings: readonly string[];
}

/** @throws EncryptionError when the keys of the host cannot be read */
export async function makeSheet(host: Host, config: LoadedConfig, request: SheetRequest): Promise<Sheet> {
  const { identity, passphraseHint, withQrCode } = request;
  const { keys, isEncrypting, salt } = readHostKeys(host, config);
  const { hostname, archive } = await findNewest(host, config);
  const isUsed = isEncrypting || archive?.archive?.isEncrypted === true || identity !== undefined;
  const recipients = isUsed ? [...new Set(keys.map(({ recipient }) => recipient.text))] : [];
  const isPassphrase = salt !== undefined && (salt.isInRecipientFile || passphraseHint !== undefined);
  const text = renderRecoverySheet({
    hostname,
    now: host.clock.now(),
    recipients,
    ...(identity === undefined ? {} : { identity: identity.text }),
    ...(identity !== undefined && withQrCode ? { qrCode: renderQrCode(identity.text) } : {}),
    ...(isPassphrase ? { passphraseSalt: salt.text } : {}),
    ...(passphraseHint === undefined ? {} : { passphraseHint }),
    places: enabledTiers(config).map((name) => `${name}: ${placeOfTier(config, name)}`),
    ...(archive === undefined ? {} : { newest: archive.name }),
  });
  return { hostname, text, warnings: warningsOf(request, recipients, isPassphrase) };
}

function warningsOf(
  { identity, passphraseHint }: SheetRequest,
  recipients: readonly string[],
  isPassphrase: boolean,
): string[] {
  const warnings: string[] = [];
  if (identity !== undefined && !recipients.includes(identity.recipient)) {
    const name = describeRecipientText(identity.recipient);
    warnings.push(`archives of this host are not encrypted for the identity on the sheet, ${name}`);
  }
  if (passphraseHint !== undefined && !isPassphrase) {
    warnings.push('no key of this host is made from a passphrase: the hint is not on the sheet');
  }
  return warnings;
}

/** The one age identity of a file. Messages never quote it. @throws UsageError for files that hold something else */
export async function readPrintableIdentity(host: Host, path: RealPath): Promise<PrintableIdentity> {
  const bytes = await readSecretBytes(host, path, { what: 'the identity file', signal: host.signal });
  const lines = numberLines(bytes.toString('utf8'), path).filter(
    ({ line }) => line !== '' && !line.startsWith('#'),
  );
  bytes.fill(0);
  const [only, ...more] = lines;
  if (only === undefined || more.length > 0 || !/^AGE-SECRET-KEY-/iu.test(only.line)) {
    throw new UsageError(
      `${path} is not an age identity of one line, and only such a one fits on the sheet`,
      {
        hint: 'Leave --identity away and write on the sheet where the key is kept. A protected identity: age -d FILE > key.txt',
      },
    );
  }
  try {
    const { recipient } = await parseNativeIdentity(only.line);
    return { text: only.line.toUpperCase(), recipient: recipient ?? '' };
  } catch (error) {
    if (!(error instanceof EncryptionError)) throw error;
    throw new EncryptionError(`${path}, line ${only.number}: ${error.message}`, {
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}
