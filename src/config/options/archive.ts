import { bool, enumeration, int, list, optionalInt, ownPath, section, size } from '../kinds.ts';

export const archive = section('archive', 'Archive', 'How the archive is made and checked.', {
  COMPRESSION_TYPE: enumeration({
    default: 'zst',
    values: ['none', 'gz', 'pigz', 'bz2', 'xz', 'lzma', 'zst'],
    valueAliases: { gzip: 'gz', bzip2: 'bz2', zstd: 'zst' },
    doc: 'How the archive is compressed. pigz, bz2, xz and lzma need the program of that name; without it the run falls back to gz with a warning. (The older edition used xz.)',
  }),
  COMPRESSION_LEVEL: optionalInt({
    min: 0,
    max: 22,
    doc: 'Level in mode standard: 1-9 for gz, pigz and bz2, 0-9 for xz and lzma, 1-22 for zst. Empty: the default of the type. (The older edition used 6 when the key was absent and wrote 9 into new files.)',
  }),
  COMPRESSION_MODE: enumeration({
    default: 'standard',
    values: ['fast', 'standard', 'maximum', 'ultra'],
    doc: 'fast uses level 1, standard uses COMPRESSION_LEVEL, maximum and ultra use the highest levels and are slow. (The older edition wrote ultra into new files.)',
  }),
  COMPRESSION_THREADS: int({
    default: '0',
    min: 0,
    max: 1024,
    doc: 'Threads of the compressor; 0 uses as many as make sense on this machine.',
  }),
  XZ_MEMORY_LIMIT: size({
    default: '0',
    doc: 'Memory that xz may use; it lowers its threads to stay below. 0 or empty: a quarter of the memory of the machine.',
  }),
  BUNDLE_ASSOCIATED_FILES: bool({
    default: 'true',
    doc: 'Put the archive, its checksum and its metadata into one .bundle.tar. With false they lie side by side.',
  }),
  VERIFY_AFTER_BACKUP: bool({
    default: 'true',
    doc: 'Read the finished archive back and compare every file with the checksum taken while it was saved.',
  }),
  ENCRYPT_ARCHIVE: bool({
    default: 'false',
    doc: 'Encrypt archives with age for AGE_RECIPIENT and the recipients in AGE_RECIPIENT_FILE.',
  }),
  AGE_RECIPIENT: list({
    default: '',
    items: 'text',
    repeatable: true,
    aliases: [{ name: 'AGE_RECIPIENTS' }],
    doc: 'Public keys that can open the archives: age1... or ssh-ed25519 and ssh-rsa keys. Several lines add up.',
  }),
  AGE_RECIPIENT_FILE: ownPath({
    place: 'recipients',
    doc: 'File with one recipient a line, used together with AGE_RECIPIENT.',
  }),
});
