// The recovery sheet: one printable page that, with an archive, is all that is needed to get a lost host back. Pure.

import { formatLocalTime } from '../util/format.ts';
import { howToRestoreName } from './how-to-restore.ts';
import { recoverScriptName } from './recover-script.ts';

export interface SheetFacts {
  hostname: string;
  now: Date;
  /** Public keys that archives are encrypted for. */
  recipients: readonly string[];
  /** Only what the user gave on purpose: ProxSave keeps no identity. */
  identity?: string;
  /** Words that remind of the passphrase. */
  passphraseHint?: string;
  /** Recipients come from a passphrase: what else its key is made of. */
  passphraseSalt?: string;
  /** Where archives lie, e.g. `primary: /var/lib/proxsave/backups`. */
  places: readonly string[];
  /** File name of the newest archive, as an example. */
  newest?: string;
  /** Lines of a QR code of the identity. */
  qrCode?: readonly string[];
}

const line = '-'.repeat(78);

export function renderRecoverySheet(facts: SheetFacts): string {
  const sections = [
    title(facts),
    keySection(facts),
    places(facts),
    commands(facts),
    `Keep this page away from the host and from the archives. ${howToRestoreName} beside the archives says the rest.`,
  ];
  return `${sections.join(`\n${line}\n`)}\n`;
}

function title({ hostname, now }: SheetFacts): string {
  return `PROXSAVE RECOVERY SHEET   ${hostname}   ${formatLocalTime(now)}`;
}

function keySection(facts: SheetFacts): string {
  const { identity, passphraseHint, passphraseSalt, recipients, qrCode } = facts;
  if (recipients.length === 0) return 'KEY\n  None needed: archives of this host are not encrypted.';
  const lines = [
    'KEY',
    '  Archives are encrypted for:',
    ...recipients.map((recipient) => `    ${recipient}`),
  ];
  if (identity !== undefined) {
    lines.push('  Identity (whoever has this line can read every archive):', `    ${identity}`);
    if (qrCode !== undefined) lines.push(...qrCode.map((row) => `    ${row}`));
  } else if (passphraseSalt !== undefined) {
    lines.push('  The key is made from a passphrase. Hint:', `    ${passphraseHint ?? '_'.repeat(60)}`);
    lines.push(
      '  What else it is made of (also beside or in every archive, not secret):',
      `    passphrase_salt ${passphraseSalt}`,
      `  (where an archive lost its .metadata: sh ${recoverScriptName} ... --salt ${passphraseSalt})`,
    );
  } else {
    lines.push('  The identity is not on this sheet. It is kept:', `    ${'_'.repeat(60)}`);
  }
  return lines.join('\n');
}

function places({ places: tiers }: SheetFacts): string {
  return ['ARCHIVES', ...tiers.map((place) => `  ${place}`)].join('\n');
}

function commands(facts: SheetFacts): string {
  const archive = facts.newest ?? 'ARCHIVE';
  const isEncrypted = facts.recipients.length > 0;
  const isPassphrase = isEncrypted && facts.identity === undefined && facts.passphraseSalt !== undefined;
  const key = isPassphrase ? ' --passphrase' : isEncrypted ? ' --identity key.txt' : '';
  const packages = [
    'tar',
    ...(isEncrypted ? ['age'] : []),
    ...(isPassphrase ? ['python3'] : []),
    ...decompressor(archive),
  ];
  const lines = ['RECOVERY ON ANY DEBIAN, without ProxSave', `  apt-get install ${packages.join(' ')}`];
  if (isEncrypted && !isPassphrase) lines.push(`  (${keyNote(facts)})`);
  if (facts.recipients.some((recipient) => recipient.startsWith('age1pq1'))) {
    lines.push(
      '  (post-quantum keys need age 1.3 or newer: is `age --version` older, take it from age-encryption.org)',
    );
  }
  lines.push(`  sh ${recoverScriptName} ${quoted(archive)} --to rescue${key}`);
  lines.push('', 'THE SAME BY HAND', ...byHand(archive, { isEncrypted, isPassphrase }));
  lines.push('', 'WITH PROXSAVE ON THE NEW HOST: a plan first, and an undo');
  lines.push(
    `  proxsave restore --from ${quoted(archive)}${isPassphrase || !isEncrypted ? '' : ' --identity key.txt'}`,
  );
  return lines.join('\n');
}

function keyNote({ identity }: SheetFacts): string {
  if (identity !== undefined) return 'write the identity above into a file: key.txt, one line';
  return 'bring your identity file, age or SSH private key, here as key.txt';
}

function byHand(archive: string, { isEncrypted, isPassphrase }: Record<string, boolean>): string[] {
  const inner = archive.replace(/\.bundle\.tar$/u, '').replace(/\.decrypted$/u, '');
  const unpack = 'tar -xp --numeric-owner --delay-directory-restore -C rescue -f -';
  const decompress = decompressCommand(inner);
  const stages = [...(decompress === '' ? [] : [decompress]), unpack].join(' | ');
  const first = isEncrypted === true ? `age -d -i key.txt ${quoted(inner)}` : `cat ${quoted(inner)}`;
  return [
    ...(archive === inner ? [] : [`  tar -xf ${quoted(archive)}`]),
    `  sha256sum -c ${quoted(`${inner}.sha256`)}`,
    '  mkdir -m 700 rescue',
    isPassphrase === true
      ? `  (a passphrase needs ${recoverScriptName}, which makes the key from it)`
      : `  ${first} | ${stages}`,
  ];
}

/** As a shell takes it. */
function quoted(name: string): string {
  return /^[\w.,@%+=-]+$/u.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}

const programs = [
  { ending: '.zst', package: 'zstd', command: 'zstd -dc' },
  { ending: '.xz', package: 'xz-utils', command: 'xz -dc' },
  { ending: '.lzma', package: 'xz-utils', command: 'xz --format=lzma -dc' },
  { ending: '.bz2', package: 'bzip2', command: 'bzip2 -dc' },
  { ending: '.gz', package: 'gzip', command: 'gzip -dc' },
] as const;

function programOf(name: string): (typeof programs)[number] | undefined {
  const plain = name.replace(/(?:\.decrypted)?\.bundle\.tar$/u, '').replace(/\.age$/u, '');
  return programs.find(({ ending }) => plain.endsWith(`.tar${ending}`));
}

function decompressor(name: string): string[] {
  const found = programOf(name);
  return found === undefined ? [] : [found.package];
}

function decompressCommand(name: string): string {
  return programOf(name)?.command ?? '';
}
