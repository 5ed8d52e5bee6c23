// Merges /etc/crypttab (NAME DEVICE KEY OPTIONS). Live names stay; others are appended with `nofail`. A line that makes
// its device anew at each boot (swap, tmp, random keys) would destroy what lies on that device here: commented out.

import { judgeDevice } from './devices.ts';
import { fieldsOf } from './fstab-grammar.ts';
import type { MergeContext, MergeNote, MergeResult } from './merge-types.ts';
import { appendLines, lineContents } from './text-lines.ts';

const blockTitle = '# From the backup, added by ProxSave. nofail: the host boots without them.';

interface CryptEntry {
  name: string;
  device: string;
  keyFile: string;
  options: readonly string[];
  line: string;
}

type CrypttabContext = Pick<MergeContext, 'devices' | 'archivedDevices'>;

export function mergeCrypttab(
  live: string | undefined,
  archived: string,
  context: CrypttabContext,
): MergeResult {
  const liveText = live ?? '';
  const notes: MergeNote[] = [];
  const present = new Set(lineContents(liveText));
  const lines = chooseEntries(entriesOf(liveText), entriesOf(archived), notes)
    .map((entry) => renderAddition(entry, context, notes))
    .filter((line) => !present.has(line));
  const title = present.has(blockTitle) || lines.length === 0 ? [] : [blockTitle];
  return {
    text: appendLines(liveText, [...title, ...lines]),
    notes,
    isChanged: lines.length > 0 || live === undefined,
  };
}

function entriesOf(text: string): CryptEntry[] {
  return lineContents(text).flatMap((line) => {
    const [name, device, keyFile = 'none', options = ''] = fieldsOf(line);
    if (name === undefined || device === undefined) return [];
    return [{ name, device, keyFile, options: options.split(',').filter((option) => option !== ''), line }];
  });
}

function chooseEntries(
  live: readonly CryptEntry[],
  archived: readonly CryptEntry[],
  notes: MergeNote[],
): CryptEntry[] {
  const chosen = new Map<string, CryptEntry>();
  for (const entry of archived) {
    const same = live.find(({ name, device }) => name === entry.name || device === entry.device);
    if (same !== undefined) {
      if (same.name !== entry.name || same.device !== entry.device)
        notes.push({
          severity: 'info',
          what: `${entry.name} is left out: the live host has ${same.name} on ${same.device}`,
          line: entry.line.trim(),
        });
    } else if (!chosen.has(entry.name)) {
      chosen.set(entry.name, entry);
    }
  }
  return [...chosen.values()];
}

function renderAddition(archived: CryptEntry, context: CrypttabContext, notes: MergeNote[]): string {
  const stable = context.archivedDevices?.get(archived.device);
  const entry = stable === undefined ? archived : { ...archived, device: stable };
  const line = entry.line.trim();
  const warn = (what: string) => notes.push({ severity: 'warning', what, line });
  if (isMadeAnew(entry)) {
    warn(`${entry.name} is commented out: it formats ${entry.device} at each boot`);
    return `# formats its device at each boot: ${line}`;
  }
  switch (judgeDevice(entry.device, context.devices)) {
    case 'unstable':
      warn(`${entry.name} is commented out: ${entry.device} may be another disk here; name it by UUID`);
      return `# ${entry.device} may be another disk here: ${line}`;
    case 'missing':
      warn(`device ${entry.device} for ${entry.name} is not attached; it is opened once it is`);
      break;
    case 'unknown':
      warn(`whether device ${entry.device} for ${entry.name} is attached could not be found out`);
      break;
    case 'present':
      notes.push({ severity: 'info', what: `${entry.name} is added`, line });
      break;
  }
  const options = [
    // In the initramfs a missing device stops the boot.
    ...entry.options.filter((option) => option !== 'x-initrd.attach' && option !== 'initramfs'),
    ...(entry.options.includes('nofail') ? [] : ['nofail']),
  ];
  return `${entry.name} ${entry.device} ${entry.keyFile} ${options.join(',')}`;
}

function isMadeAnew({ keyFile, options }: CryptEntry): boolean {
  const makes = options.some((option) => option === 'swap' || option === 'tmp' || option.startsWith('tmp='));
  return makes || /^\/dev\/(u|h|hw)?random$/.test(keyFile);
}
