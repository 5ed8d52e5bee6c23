// HOW-TO-RESTORE.txt: lies beside the archives on every tier, for somebody who finds them and nothing else. The same text for
// every host.

import { recoverScriptName } from './recover-script.ts';

export const howToRestoreName = 'HOW-TO-RESTORE.txt';

export const howToRestore = `These files are backups of the CONFIGURATION of Proxmox hosts, made by ProxSave.
They hold no disks of guests: those are in your guest backups (vzdump, Proxmox Backup Server).

WHAT IS HERE
  HOST-backup-YYYYMMDD-HHMMSS.tar.zst.bundle.tar   one backup: archive, checksum and description in one file
  HOST-backup-YYYYMMDD-HHMMSS.tar.zst              the same as loose files: the archive, and beside it
                                                   .sha256 (checksum), .metadata and .manifest.json (description)
  The ending says how it is compressed (.zst .gz .xz .bz2 .lzma or none); .age at the end: it is encrypted.
  ${recoverScriptName}                                       needs nothing but standard tools, see below

WITH PROXSAVE (install it on the new host first)
  proxsave restore --from FILE            shows a plan, asks, can be undone; nothing needs to be configured before
  proxsave restore --from FILE --dry-run  only the plan
  proxsave ls FILE                        what is in it
  proxsave extract FILE --to DIR          only unpack it
  proxsave decrypt FILE                   only decrypt it
  Encrypted: add --identity KEYFILE, or --passphrase-file FILE; without them it asks.

WITHOUT PROXSAVE (any Debian; apt-get install age zstd xz-utils bzip2 python3 where needed)
  sh ${recoverScriptName} FILE                      check it and list it
  sh ${recoverScriptName} FILE --to DIR             check it and unpack it
  Encrypted: add --identity KEYFILE, --passphrase, or --passphrase-file FILE.
  Post-quantum keys (age1pq1...) need an age program of version 1.3 or newer.

BY HAND
  tar -xf HOST-backup-...bundle.tar                          gives NAME, NAME.sha256, NAME.metadata
  sha256sum -c NAME.sha256
  mkdir -m 700 DIR
  zstd -dc NAME | tar -xp --numeric-owner --delay-directory-restore -C DIR -f -                          not encrypted
  age -d -i KEYFILE NAME | zstd -dc | tar -xp --numeric-owner --delay-directory-restore -C DIR -f -      encrypted
  (gzip -dc, xz -dc, bzip2 -dc in place of zstd -dc, as the name says)
  Archives of older editions hold links where several files had the same content; ${recoverScriptName} and
  proxsave extract make files of them again, tar alone does not.

Where the key is: on the recovery sheet that was printed for it (proxsave key recovery-sheet), in your password
manager, or wherever you put it. It is not in these files, and nobody can open an encrypted archive without it.
`;
