// The file system as the whole program sees it: no call looks at a share, or at what lies on one, before the share has
// answered (mount-guard.ts). Where nothing of that kind is mounted, this costs a comparison.

import type { FileSystem } from '../file-system.ts';
import type { RealPath } from '../host.ts';
import { SilentMountError, type MountGuard } from './mount-guard.ts';

/** How a call treats a link in the last part of its path. */
const lastParts = {
  lstat: 'keep',
  stat: 'follow',
  lstatIfExists: 'keep',
  readDirectory: 'follow',
  readDirectoryKinds: 'follow',
  readLink: 'keep',
  realPath: 'follow',
  readText: 'follow',
  readTextIfExists: 'follow',
  readBytes: 'follow',
  openForRead: 'keep',
  openFollowing: 'follow',
  openDirectory: 'keep',
  createFile: 'keep',
  openForAppend: 'follow',
  syncDirectory: 'follow',
  makeDirectory: 'follow',
  makeOneDirectory: 'keep',
  rename: 'keep',
  link: 'keep',
  unlink: 'keep',
  removeDirectory: 'keep',
  removeTree: 'keep',
  changeMode: 'follow',
  changeOwner: 'keep',
  changeTimes: 'keep',
  space: 'follow',
  writeFileAtomic: 'keep',
} as const satisfies Partial<Record<keyof FileSystem, 'follow' | 'keep'>>;

type Call = (path: RealPath, ...rest: unknown[]) => unknown;

/** Every call with a path may also throw SilentMountError, which has the form of a system's error. */
export function guardFileSystem(fs: FileSystem, guard: MountGuard): FileSystem {
  const before = (path: string, last: 'follow' | 'keep') => {
    guard.demandAnswer(path as RealPath, last);
  };
  const calls = fs as unknown as Record<keyof typeof lastParts, Call>;
  const guarded = Object.fromEntries(
    Object.entries(lastParts).map(([name, last]) => {
      const call = calls[name as keyof typeof lastParts];
      return [
        name,
        (path: RealPath, ...rest: unknown[]) => {
          before(path, last);
          return call(path, ...rest);
        },
      ];
    }),
  ) as Pick<FileSystem, keyof typeof lastParts>;
  return {
    ...fs,
    ...guarded,
    rename: (from, to) => {
      before(to, 'keep');
      guarded.rename(from, to);
    },
    link: (existing, path) => {
      before(path, 'keep');
      guarded.link(existing, path);
    },
    symlink: (target, path) => {
      before(path, 'keep');
      fs.symlink(target, path);
    },
    makeTempDirectory: (prefix) => {
      before(prefix, 'keep');
      return fs.makeTempDirectory(prefix);
    },
    isWritable: (path) => {
      try {
        before(path, 'follow');
      } catch (error) {
        if (error instanceof SilentMountError) return false;
        throw error;
      }
      return fs.isWritable(path);
    },
    readBytesAsync: async (path, options) => {
      before(path, 'follow');
      return fs.readBytesAsync(path, options);
    },
  };
}
