// Tar members with any header that an attacker could write. On purpose not built on our own encoder.

export interface HostileMember {
  name: string | Buffer;
  /** Type flag; default a file. */
  type?: string;
  link?: string;
  content?: string | Buffer;
  /** What the header claims; default the content's. */
  size?: number;
  mode?: number;
  uid?: number;
  /** PAX records in front. */
  pax?: Record<string, string>;
}

const blockBytes = 512;
export const endMarker = Buffer.alloc(2 * blockBytes);

export function hostileTar(...members: HostileMember[]): Buffer {
  return Buffer.concat([...members.map(memberBytes), endMarker]);
}

export function memberBytes(member: HostileMember): Buffer {
  const content = Buffer.from(member.content ?? '');
  const size = member.size ?? content.length;
  const pax =
    member.pax === undefined ? [] : [memberBytes({ name: 'pax', type: 'x', content: paxText(member.pax) })];
  const header = Buffer.alloc(blockBytes);
  (typeof member.name === 'string' ? Buffer.from(member.name) : member.name).copy(header, 0, 0, 100);
  header.write(octal(member.mode ?? 0o644, 7), 100);
  if (member.uid === undefined || member.uid < 0o10000000) header.write(octal(member.uid ?? 0, 7), 108);
  else {
    header[108] = 0x80;
    header.writeUInt32BE(member.uid, 112);
  }
  header.write(octal(0, 7), 116);
  if (size <= 0o77777777777) header.write(octal(size, 11), 124);
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write(octal(1_700_000_000, 11), 136);
  header.write(member.type ?? '0', 156);
  header.write(member.link ?? '', 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${octal(sum, 6)}\0 `, 148);
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([...pax, header, content, padding]);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function paxText(records: Record<string, string>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`);
      let length = rest + 1;
      while (length !== rest + String(length).length) length += 1;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
}
