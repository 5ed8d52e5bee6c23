// The one check that every name of an archive passes before it means a place on the host. Names are hostile input.

/** Relative to the root of the host, e.g. `etc/ssh/sshd_config`; no empty, `.` or `..` parts, no NUL. */
export type RestorePath = string & { readonly __brand: 'RestorePath' };

const maxPathBytes = 4096;
const maxPartBytes = 255;

/** The checked path, or why the name is refused. `./` in front and doubled slashes are taken out. */
export function checkRestorePath(name: string): { path: RestorePath } | { refusal: string } {
  if (name.includes('\0')) return { refusal: 'the name contains a NUL byte' };
  if (name.startsWith('/')) return { refusal: 'the name is absolute' };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0) return { refusal: 'the name is empty' };
  if (parts.includes('..')) return { refusal: 'the name climbs with ".."' };
  const isTooLong =
    name.length > maxPathBytes || parts.some((part) => Buffer.byteLength(part) > maxPartBytes);
  if (isTooLong) return { refusal: 'the name is longer than a file system takes' };
  return { path: parts.join('/') as RestorePath };
}

/** `etc/ssh/x` to [`etc`, `etc/ssh`]. */
export function parentsOf(path: string): RestorePath[] {
  const parents: RestorePath[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    parents.push(path.slice(0, at) as RestorePath);
  }
  return parents;
}

/** True for the directory itself and all below it. */
export function isAtOrBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
