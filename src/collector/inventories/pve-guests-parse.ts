// Reads the configuration file of a guest: `key: value` lines, then sections: [PENDING], [special:...] and snapshots.
// Format facts: qemu-server and pve-container; comment lines are the notes of the section they stand in.

export interface GuestSection {
  /** Text between the brackets; '' for the state that counts now. */
  name: string;
  /** The last line of a key counts, as for Proxmox VE; the lines of an `lxc.` key stand below each other. */
  values: ReadonlyMap<string, string>;
  notes: readonly string[];
}

export interface ParsedGuest {
  current: GuestSection;
  /** Changes that wait for the next start. */
  pending?: GuestSection;
  snapshots: readonly GuestSection[];
}

const pendingNames = ['pending', 'pve:pending'];

export function parseGuestConfig(text: string): ParsedGuest {
  const sections = splitSections(text);
  const [current = emptySection(''), ...others] = sections;
  const isPending = ({ name }: GuestSection) => pendingNames.includes(name.toLowerCase());
  const pending = others.findLast(isPending);
  return {
    current,
    ...(pending === undefined ? {} : { pending }),
    snapshots: others.filter((section) => !isPending(section) && /^[a-z][\w-]+$/i.test(section.name)),
  };
}

interface OpenSection {
  name: string;
  values: Map<string, string>;
  notes: string[];
}

function emptySection(name: string): OpenSection {
  return { name, values: new Map(), notes: [] };
}

function splitSections(text: string): GuestSection[] {
  const sections = [emptySection('')];
  for (const line of text.split('\n')) {
    const name = /^\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (name !== undefined) {
      sections.push(emptySection(name));
      continue;
    }
    const section = sections.at(-1);
    const [, key, value] = /^([a-z][a-z0-9_.-]*)\s*[:=]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) setValue(section, key, value);
    else if (line.startsWith('#')) section?.notes.push(decodeNote(line.slice(1)));
  }
  return sections;
}

/** The raw lines of containers may repeat a key, and all of them count. */
function setValue(section: OpenSection | undefined, key: string, value: string): void {
  const before = key.startsWith('lxc.') ? section?.values.get(key) : undefined;
  section?.values.set(key, before === undefined ? value : `${before}\n${value}`);
}

/** Notes are percent-encoded UTF-8; what is not valid stays as it is. */
function decodeNote(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `virtio=AA:BB,bridge=vmbr0` as pairs; the part without `=` has the key ''. */
export function parseProperties(value: string): ReadonlyMap<string, string> {
  return new Map(
    value.split(',').map((part) => {
      const at = part.indexOf('=');
      return at === -1
        ? (['', part.trim()] as const)
        : ([part.slice(0, at).trim(), part.slice(at + 1)] as const);
    }),
  );
}
