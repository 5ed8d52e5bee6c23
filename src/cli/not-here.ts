// What people may ask for that this version has under another name, or not yet: flags of the existing edition, and
// verbs that are announced. Each gets a sentence and the next step instead of "unknown".

import { UsageError } from '../errors.ts';

interface Absence {
  /** Flags of the existing edition (without dashes) and verbs that mean it. */
  words: readonly string[];
  message: string;
  hint: string;
}

const absences: readonly Absence[] = [
  {
    words: ['restore'],
    message: 'restoring is a command in this edition',
    hint: 'look first, it changes nothing: proxsave restore --dry-run\nthen: proxsave restore',
  },
  {
    words: ['decrypt'],
    message: 'decrypting is a command in this edition, and asks no questions but for the key',
    hint: 'make a plain copy of the newest archive: proxsave decrypt latest -o FILE',
  },
  {
    words: ['newkey', 'age-newkey'],
    message: 'making keys is a command in this edition',
    hint: 'it asks what you want: proxsave key new --replace',
  },
  {
    words: ['install', 'new-install', 'setup'],
    message: 'there is no installation wizard in this version yet',
    hint: 'start a configuration with: proxsave config template > /etc/proxsave/backup.env',
  },
  {
    words: ['upgrade', 'localfile'],
    message: 'ProxSave does not upgrade itself',
    hint: 'install the newer version the way this one was installed',
  },
  {
    words: ['upgrade-config', 'upgrade-config-dry-run', 'upgrade-config-json', 'migrate'],
    message: 'a configuration needs no upgrade: a key that is missing in the file has its default',
    hint: 'see what is wrong or unknown in the file: proxsave config check',
  },
  {
    words: ['cleanup-guards'],
    message: 'this edition makes no mount guards, and does not remove those of the existing edition',
    hint: 'remove them with the edition whose restore made them',
  },
  {
    words: ['daemon', 'daemon-setup', 'daemon-remove', 'daemon-status', 'schedule'],
    message: 'there is no daemon and no schedule in this version yet',
    hint: 'let cron or a systemd timer run: proxsave backup',
  },
  {
    words: ['support'],
    message: 'this edition sends no logs to anybody',
    hint: 'make a run that tells more, then look at its log: proxsave backup --log-level debug',
  },
  {
    words: ['cli'],
    message: 'the wizards, for which it chose text prompts, are not in this version yet',
    hint: 'see the commands there are: proxsave --help',
  },
  {
    words: ['undo'],
    message: 'this command is announced, but not in this version yet',
    hint: 'see the commands there are: proxsave --help',
  },
];

/** The error for a flag (`--restore`) or a verb (`restore`) that stands in the table; else undefined. */
export function notHere(typed: string): UsageError | undefined {
  const word = typed.replace(/^-{1,2}/, '').replace(/=.*$/s, '');
  const absence = absences.find(({ words }) => words.includes(word));
  return absence === undefined
    ? undefined
    : new UsageError(`${typed}: ${absence.message}`, { hint: absence.hint });
}
