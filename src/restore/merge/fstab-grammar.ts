// Lines of fstab(5) and crypttab(5): fields set apart by blanks, `\040` for a blank inside, `#` for a comment line.

export interface FstabEntry {
  /** First field as it is written: UUID=..., a path, //server/share, host:/path, none ... */
  spec: string;
  /** Mount point: escapes decoded, no trailing slash. `none` for swap. */
  mountPoint: string;
  type: string;
  options: readonly string[];
  dump: string;
  pass: string;
  /** First and second field as they are written, escapes and all. */
  raw: readonly [string, string];
  /** The line without its ending. */
  line: string;
}

/** Undefined for comments, empty lines and lines that are no entry. */
export function parseFstabLine(line: string): FstabEntry | undefined {
  const fields = fieldsOf(line);
  const [spec, mountPoint, type, options = 'defaults', dump = '0', pass = '0'] = fields;
  if (spec === undefined || mountPoint === undefined || type === undefined) return undefined;
  return {
    spec: decodeEscapes(spec),
    mountPoint: normalisePath(decodeEscapes(mountPoint)),
    type,
    options: options.split(',').filter((option) => option !== ''),
    dump,
    pass,
    raw: [spec, mountPoint],
    line,
  };
}

/** Blank-separated fields of a line; none for a comment or an empty line. */
export function fieldsOf(line: string): string[] {
  const trimmed = line.replace(/^[ \t]+|[ \t\r]+$/g, '');
  return trimmed === '' || trimmed.startsWith('#') ? [] : trimmed.split(/[ \t]+/);
}

export function renderFstabEntry(entry: FstabEntry): string {
  const options = entry.options.length === 0 ? 'defaults' : entry.options.join(',');
  return [...entry.raw, entry.type, options, entry.dump, entry.pass].join(' ');
}

function decodeEscapes(field: string): string {
  // Only ASCII: what is beyond is bytes of UTF-8 and need not be understood to be compared.
  return field.replace(/\\([01][0-7]{2})/g, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function normalisePath(path: string): string {
  if (!path.startsWith('/')) return path;
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

export function isBelow(path: string, directory: string): boolean {
  return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`);
}
