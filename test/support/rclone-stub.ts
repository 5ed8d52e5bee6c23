// The real rclone with other answers to single questions.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path of the real program. */
export function realRclone(): string {
  return execFileSync('sh', ['-c', 'command -v rclone'], { encoding: 'utf8' }).trim();
}

/** A directory for PATH with a shell script as rclone; `$RCLONE_REAL` is the real one. */
export function addRcloneScript(base: string, script: string): string {
  const directory = join(base, 'stubs');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'rclone');
  writeFileSync(file, `#!/bin/sh\nRCLONE_REAL=${realRclone()}\n${script}\n`);
  chmodSync(file, 0o755);
  return directory;
}

/** As on Google Photos or Sia: no move and no copy within the remote, and none is tried. */
export function addRcloneThatCannotMove(base: string): string {
  return addRcloneScript(
    base,
    `case "$1 $2" in
      "backend features") "$RCLONE_REAL" "$@" | sed 's/"\\(Move\\|Copy\\)": true/"\\1": false/' ;;
      moveto*) echo "no move on this remote" >&2; exit 1 ;;
      *) exec "$RCLONE_REAL" "$@" ;;
    esac`,
  );
}
