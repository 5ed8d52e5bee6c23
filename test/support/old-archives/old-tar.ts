// A tar as the existing edition writes it: POSIX with PAX records for atime and ctime on every entry and for parts of a
// second, names that begin with `./`, directories without a slash at the end, no entry for the root. Written here from
// the format's description alone, so that the reader is not tested against the project's own writer.

export interface OldEntry {
  /** Without `./`. */
  path: string;
  type: 'file' | 'directory' | 'symlink';
  mode: number;
  uid?: number;
  gid?: number;
  userName?: string;
  groupName?: string;
  mtimeSeconds?: number;
  content?: Buffer;
  /** Symbolic links: verbatim. */
  target?: string;
}

const blockBytes = 512;
const flags = { file: '0', directory: '5', symlink: '2' } as const;
const defaultTime = 1_753_315_200;

export function oldTar(entries: readonly OldEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [...recordsOf(entry), header(entry), padded(entry.content)]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockBytes)]);
}

/** The extended header in front of the entry. */
function recordsOf({ path, mtimeSeconds = defaultTime }: OldEntry): Buffer[] {
  const name = `./${path}`;
  const records = [
    record('atime', mtimeSeconds.toFixed(9)),
    record('ctime', (mtimeSeconds + 0.5).toFixed(9)),
    ...(Number.isInteger(mtimeSeconds) ? [] : [record('mtime', mtimeSeconds.toFixed(9))]),
    ...(Buffer.byteLength(name) > 100 || /[^ -~]/u.test(name) ? [record('path', name)] : []),
  ];
  const content = Buffer.from(records.join(''));
  return [
    ustar({ name: `PaxHeaders.0/${path.slice(-60)}`, flag: 'x', size: content.length }),
    padded(content),
  ];
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits too. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest);
  const digits = String(length + String(length).length).length;
  return `${length + digits}${rest}`;
}

function header(entry: OldEntry): Buffer {
  return ustar({
    ...entry,
    name: `./${entry.path}`,
    flag: flags[entry.type],
    size: entry.content?.length ?? 0,
  });
}

interface UstarFields extends Partial<
  Pick<OldEntry, 'mode' | 'uid' | 'gid' | 'userName' | 'groupName' | 'target'>
> {
  name: string;
  flag: string;
  size: number;
  mtimeSeconds?: number;
}

function ustar(fields: UstarFields): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  block.write(fields.name, 0, 100, 'utf8');
  octal(fields.mode ?? 0o644, 100, 8);
  octal(fields.uid ?? 0, 108, 8);
  octal(fields.gid ?? 0, 116, 8);
  octal(fields.size, 124, 12);
  octal(Math.floor(fields.mtimeSeconds ?? defaultTime), 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(fields.flag, 156, 'latin1');
  block.write(fields.target ?? '', 157, 100, 'utf8');
  block.write('ustar\0' + '00', 257, 'latin1');
  block.write(fields.userName ?? '', 265, 32, 'utf8');
  block.write(fields.groupName ?? '', 297, 32, 'utf8');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

export function padded(content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([content, Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)]);
}

/** A member of a bundle: plain ustar, the base name only. */
export function bundleMember(name: string, content: Buffer): Buffer {
  const long = Buffer.byteLength(name) > 100;
  const path = Buffer.from(record('path', name));
  const extended = long
    ? [ustar({ name: 'PaxHeaders.0/member', flag: 'x', size: path.length }), padded(path)]
    : [];
  return Buffer.concat([
    ...extended,
    ustar({ name, flag: '0', mode: 0o640, size: content.length }),
    padded(content),
  ]);
}

export function bundleOf(members: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  return Buffer.concat([
    ...members.map(([name, content]) => bundleMember(name, content)),
    Buffer.alloc(2 * blockBytes),
  ]);
}
