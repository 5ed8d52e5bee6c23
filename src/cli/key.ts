// proxsave key new|list|add|remove|test|recovery-sheet. What they do, with all that encryption takes, is loaded when one runs.

import type { Command } from './command.ts';
import { keyOptions } from './keys-given.ts';
import { archiveArgument, tierOption } from './open-named.ts';

export const keyNewCommand: Command = {
  name: 'key new',
  summary: 'Give this host a key that its archives are encrypted for',
  description:
    'Without options it asks. What makes a key can also be given, several at once: a new pair, whose private half (the ' +
    'identity) is printed once and stored nowhere; a passphrase; a public key; or a private one, of which only the ' +
    'public half is kept. Keys go into AGE_RECIPIENT_FILE; the file as it was stays beside it. Archives made before are ' +
    'opened by the keys they were made for.',
  arguments: [],
  options: [
    { flags: '--generate', description: 'make a key pair and print its identity' },
    { flags: '--post-quantum', description: 'with --generate: a hybrid key; needs age 1.3 to open archives' },
    {
      flags: '-o, --output <file>',
      description: 'with --generate: write the identity to FILE (0600) instead',
    },
    { flags: '--passphrase', description: 'ask for a passphrase, or take PROXSAVE_PASSPHRASE' },
    {
      flags: '--passphrase-file <file>',
      description: 'the passphrase, or with --from-identity what protects that file',
    },
    { flags: '--passphrase-fd <number>', description: 'the same, read from an open file descriptor' },
    {
      flags: '--recipient <key>',
      description: 'a public key: age1..., ssh-ed25519 ... or ssh-rsa ... (several: a,b)',
      isList: true,
    },
    {
      flags: '--from-identity <file>',
      description: 'age identity file or SSH private key; its public half is kept',
    },
    { flags: '--add', description: 'keep the keys that are there' },
    { flags: '--replace', description: 'put the new ones in their place' },
  ],
  examples: [
    { what: 'Asks what you want', command: 'proxsave key new' },
    { what: 'A pair; the file goes to another machine', command: 'proxsave key new --generate > key.txt' },
    {
      what: 'From a passphrase, unattended',
      command: 'proxsave key new --passphrase-file /root/pass --replace',
    },
    { what: "Somebody's SSH key too", command: 'proxsave key new --add --recipient "$(cat admin.pub)"' },
  ],
  exits: ['encryption', 'permission', 'disk-space', 'storage', 'interrupted'],
  run: async (context, input) => (await import('./key-new.ts')).runKeyNew(context, input),
};

export const keyListCommand: Command = {
  name: 'key list',
  summary: 'Show the keys that archives of this host are encrypted for',
  description:
    'Where each key stands, and whether the newest archive was made for it. All of this is public.',
  arguments: [],
  options: [],
  examples: [{ what: 'Who can open the archives?', command: 'proxsave key list' }],
  exits: ['warnings', 'encryption', 'permission'],
  run: async (context) => (await import('./key-list.ts')).runKeyList(context),
};

export const keyAddCommand: Command = {
  name: 'key add',
  summary: 'Encrypt archives for another public key too',
  description:
    'It goes into AGE_RECIPIENT_FILE; the file as it was stays beside it. Archives from now on can be opened with ' +
    'each of the keys; those made before only with the keys that they were made for.',
  arguments: [
    {
      name: 'recipient',
      description: 'age1..., age1pq1..., ssh-ed25519 ... or ssh-rsa ...',
      isOptional: true,
      isVariadic: true,
    },
  ],
  options: [
    { flags: '--file <file>', description: 'a file with public keys, one a line, as id_ed25519.pub' },
  ],
  examples: [
    { what: 'An SSH key', command: 'proxsave key add --file /root/admin.pub' },
    {
      what: 'An age key',
      command: 'proxsave key add age1wwu24t062u59zzhd53zkfk992et84tk2fat6vey2fxfhfgccqukqauu2f6',
    },
  ],
  exits: ['encryption', 'permission'],
  run: async (context, input) => (await import('./key-add.ts')).runKeyAdd(context, input),
};

export const keyRemoveCommand: Command = {
  name: 'key remove',
  summary: 'Stop encrypting archives for a key',
  description:
    'Only archives from now on: those made before are opened by this key as long as they exist, so it takes nothing ' +
    'away from somebody who has copies of them. The recipient file as it was stays beside it.',
  arguments: [
    {
      name: 'which',
      description: 'the public key, its fingerprint or comment, or its beginning',
      isVariadic: true,
    },
  ],
  options: [
    {
      flags: '--leave-backups-without-a-key',
      description: 'also when it is the last one and ENCRYPT_ARCHIVE=true: backups then fail',
    },
  ],
  examples: [
    { what: 'By its beginning', command: 'proxsave key remove age1wwu24t062' },
    { what: 'An SSH key by its comment', command: 'proxsave key remove root@pve1' },
  ],
  exits: ['encryption', 'permission'],
  run: async (context, input) => (await import('./key-remove.ts')).runKeyRemove(context, input),
};

export const keyTestCommand: Command = {
  name: 'key test',
  summary: 'Try whether a key opens what is encrypted on this host',
  description:
    'A sample is encrypted for the keys of this host as a backup would be, and decrypted with the given identity or ' +
    'passphrase; then the newest archive, or the one that is named, is opened with it as far as its first data.',
  arguments: [{ ...archiveArgument, isOptional: true }],
  options: [
    { flags: '--deep', description: 'read the archive whole and compare every file, as verify does' },
    tierOption,
    ...keyOptions,
  ],
  examples: [
    { what: 'Asks for the passphrase', command: 'proxsave key test' },
    { what: 'The key from the safe', command: 'proxsave key test --identity /mnt/usb/key.txt' },
    { what: 'Unattended, everything', command: 'proxsave key test --deep --passphrase-file /root/pass' },
  ],
  exits: ['verification', 'encryption', 'permission', 'disk-space', 'storage', 'interrupted'],
  run: async (context, input) => (await import('./key-test.ts')).runKeyTest(context, input),
};

export const keyRecoverySheetCommand: Command = {
  name: 'key recovery-sheet',
  summary: 'Print the page that brings this host back',
  description:
    'Which keys open the archives, where those lie, and the commands that recover the host on any Debian, with and ' +
    'without ProxSave. The private key is on it only with --identity.',
  arguments: [],
  options: [
    { flags: '--identity <file>', description: 'print this age identity on the page' },
    { flags: '--passphrase-hint <text>', description: 'words that remind of the passphrase' },
    { flags: '--qr', description: 'with --identity: also as a QR code' },
    { flags: '-o, --output <file>', description: 'write to FILE, readable by its owner alone' },
  ],
  examples: [
    { what: 'To the printer, with the key', command: 'proxsave key recovery-sheet --identity key.txt | lpr' },
    {
      what: 'For a passphrase',
      command: 'proxsave key recovery-sheet --passphrase-hint "the song of 2019" -o sheet.txt',
    },
  ],
  exits: ['warnings', 'encryption', 'permission', 'disk-space', 'storage'],
  run: async (context, input) =>
    (await import('./key-recovery-sheet.ts')).runKeyRecoverySheet(context, input),
};
