// Reads the "section config" files of Proxmox (storage.cfg, datastore.cfg, remote.cfg ...): `TYPE: ID` at the start of a
// line, then indented `key value` lines. For looking things up only: comments and order inside are not kept.

export interface ConfigSection {
  /** In lower case, as Proxmox reads it. */
  type: string;
  id: string;
  /** Every value of each key, in order; a key that stands alone (a switch that is on) has the value ''. */
  properties: ReadonlyMap<string, readonly string[]>;
}

/**
 * Sections in the order of the file. Lines that are neither header, property nor comment are skipped. Unlike Proxmox VE
 * itself, a header needs no empty line before it: to list what somebody meant is better than to miss it.
 */
export function parseSectionConfig(text: string): ConfigSection[] {
  const sections: ConfigSection[] = [];
  let properties: Map<string, string[]> | undefined;
  for (const line of text.split('\n')) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, type, id] = /^([A-Za-z][\w-]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (type !== undefined && id !== undefined) {
      properties = new Map();
      sections.push({ type: type.toLowerCase(), id, properties });
      continue;
    }
    const [, key, value = ''] = /^\s+(\S+)(?:\s+(.*))?$/.exec(line.trimEnd()) ?? [];
    if (key === undefined || properties === undefined) continue;
    properties.set(key, [...(properties.get(key) ?? []), value]);
  }
  return sections;
}

/** The value that counts for a key with one value: the first. Undefined: not given. */
export function propertyOf(section: ConfigSection, key: string): string | undefined {
  return section.properties.get(key)?.[0];
}

/** The items of a list such as `content images,rootdir` or `nodes a b`; empty when it is not given. */
export function listPropertyOf(section: ConfigSection, key: string): string[] {
  return (propertyOf(section, key) ?? '').split(/[,;\s]+/).filter((item) => item !== '');
}
