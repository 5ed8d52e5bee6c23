// recover.sh: lies beside the archives and brings one back with standard tools only (POSIX sh, tar, sha256sum, the program of
// the compression, age when it is encrypted). For the day on which ProxSave itself cannot be had. The same text for every host,
// so that hosts which share a directory do not rewrite each other's.

import { bech32Python } from './passphrase-python.ts';

export const recoverScriptName = 'recover.sh';

export const recoverScript = `#!/bin/sh
# Brings a ProxSave archive back with standard tools: tar, sha256sum, the program of its compression, and age when it is
# encrypted. ProxSave itself is not needed. Changes nothing outside the directory that you name.
#
#   sh recover.sh ARCHIVE                        check it, and list what is in it
#   sh recover.sh ARCHIVE --to DIR               check it, and unpack it into DIR (new or empty)
#   ... --identity FILE                          key of an encrypted archive: age identity, or SSH private key
#   ... --passphrase-file FILE                   or the passphrase that its key was made from (needs python3)
#   ... --passphrase                             the same, typed in
#   ... --no-checksum                            go on although the checksum is missing or differs
set -u
LC_ALL=C
export LC_ALL
umask 077

say() { printf '%s\\n' "$*"; }
warn() { printf 'warning: %s\\n' "$*" >&2; }
die() { printf 'error: %s\\n' "$*" >&2; exit 1; }
usage() { sed -n '2,/^set -u/s/^# \\{0,1\\}//p' "$0"; exit "$1"; }
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is needed and not installed: apt-get install $2"; }

archive='' target='' identity='' passphrase='' must_match=yes
while [ $# -gt 0 ]; do
  case $1 in
    --to) [ $# -ge 2 ] || die '--to needs a directory'; target=$2; shift ;;
    --identity|-i) [ $# -ge 2 ] || die '--identity needs a file'; identity=$2; shift ;;
    --passphrase-file) [ $# -ge 2 ] || die '--passphrase-file needs a file'; passphrase=$2; shift ;;
    --passphrase) passphrase=- ;;
    --no-checksum) must_match=no ;;
    -h|--help) usage 0 ;;
    -*) die "unknown option $1; see sh recover.sh --help" ;;
    *) [ -z "$archive" ] || die "one archive at a time: $archive, $1"; archive=$1 ;;
  esac
  shift
done
[ -n "$archive" ] || usage 2
[ -f "$archive" ] || die "there is no file $archive"
[ -z "$identity" ] || [ -r "$identity" ] || die "cannot read the identity file $identity"
case $passphrase in ''|-) ;; *) [ -r "$passphrase" ] || die "cannot read the passphrase file $passphrase" ;; esac
need tar tar
need sha256sum coreutils

# Only the outcome of each stage, and an identity made from a passphrase; in memory where there is a place for that.
work=''
for place in /dev/shm "\${TMPDIR:-/tmp}"; do
  work=$(mktemp -d "$place/recover.XXXXXX" 2>/dev/null) && break
done
[ -d "$work" ] || die 'cannot make a temporary directory in /dev/shm or /tmp'
cleanup() { rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# --- what the file is -------------------------------------------------------------------------------------------------
metadata='' stated=''
case $archive in
  *.bundle.tar)
    kind=bundle
    tar -tf "$archive" >"$work/members" 2>/dev/null || die "$archive cannot be read as a bundle: cut short or damaged; use another copy"
    name=$(grep -v -e '\\.metadata$' -e '\\.sha256$' -e '\\.manifest\\.json$' "$work/members" | tail -n 1)
    [ -n "$name" ] || die "$archive holds no archive"
    member() { tar -xOf "$archive" -- "$1"; }
    content() { member "$name"; }
    for wanted in $(grep '\\.metadata$' "$work/members" | head -n 1); do metadata=$(member "$wanted"); done
    for wanted in $(grep '[^a]\\.sha256$' "$work/members" | head -n 1); do stated=$(member "$wanted" | cut -d ' ' -f 1 | head -n 1); done
    ;;
  *)
    kind=raw
    name=\${archive##*/}
    content() { cat -- "$archive"; }
    for beside in "$archive.manifest.json" "$archive.metadata"; do
      [ -n "$metadata" ] || ! [ -r "$beside" ] || metadata=$(cat "$beside")
    done
    [ ! -r "$archive.sha256" ] || stated=$(cut -d ' ' -f 1 "$archive.sha256" | head -n 1)
    ;;
esac
# One value of the JSON metadata, or of KEY=VALUE metadata of old archives.
fact() {
  printf '%s\\n' "$metadata" | sed -n -e "s/^ *\\"$1\\": *\\"\\(.*\\)\\",\\{0,1\\}\\$/\\1/p" -e "s/^$2=\\(.*\\)\\$/\\1/p" | head -n 1
}
[ -n "$stated" ] || stated=$(fact sha256 SHA256)

say "archive   $name ($kind)"
[ -z "$(fact hostname HOSTNAME)" ] || say "host      $(fact hostname HOSTNAME)"
[ -z "$(fact created_at TIMESTAMP)" ] || say "made      $(fact created_at TIMESTAMP)"
[ -z "$(fact proxmox_version PROXMOX_VERSION)" ] || say "version   $(fact proxmox_version PROXMOX_VERSION)"

# --- is it what was written? ------------------------------------------------------------------------------------------
found=$(content | sha256sum | cut -d ' ' -f 1)
if [ -z "$stated" ]; then
  [ "$must_match" = no ] || die 'nothing says which checksum it should have; --no-checksum goes on all the same'
  warn 'the checksum was not compared: nothing says what it should be'
elif [ "$found" != "$stated" ]; then
  [ "$must_match" = no ] || die "DAMAGED: its SHA-256 is $found and should be $stated; use another copy"
  warn "DAMAGED: its SHA-256 is $found and should be $stated"
else
  say 'checksum  good'
fi

# --- stages: decrypt, decompress --------------------------------------------------------------------------------------
plain=$name
case $name in
  *.age)
    need age age
    plain=\${name%.age}
    if [ -n "$passphrase" ]; then
      need python3 python3
      salt=$(fact passphrase_salt PASSPHRASE_SALT)
      cat >"$work/derive.py" <<'PYTHON'
${bech32Python}PYTHON
      if [ "$passphrase" = - ]; then
        printf 'passphrase: ' >&2
        stty -echo 2>/dev/null
        IFS= read -r typed
        stty echo 2>/dev/null
        printf '\\n' >&2
        printf '%s' "$typed" | python3 "$work/derive.py" "$salt" >"$work/identity" || die 'no key can be made from that passphrase'
        typed=''
      else
        python3 "$work/derive.py" "$salt" <"$passphrase" >"$work/identity" || die 'no key can be made from that passphrase'
      fi
      identity=$work/identity
    fi
    [ -n "$identity" ] || die 'it is encrypted: give --identity FILE, --passphrase-file FILE or --passphrase'
    decrypt() { age --decrypt -i "$identity"; }
    ;;
  *) decrypt() { cat; } ;;
esac
case $plain in
  *.tar.zst) need zstd zstd; decompress() { zstd -q -dc; } ;;
  *.tar.gz|*.tgz) need gzip gzip; decompress() { gzip -dc; } ;;
  *.tar.xz) need xz xz-utils; decompress() { xz -dc; } ;;
  *.tar.lzma) need xz xz-utils; decompress() { xz --format=lzma -dc; } ;;
  *.tar.bz2) need bzip2 bzip2; decompress() { bzip2 -dc; } ;;
  *.tar) decompress() { cat; } ;;
  *) die "the name does not say how it is compressed: $plain (give the file its original name back)" ;;
esac

# In a plain sh only the last program of a pipe tells how it ended; here each leaves a note.
stage() {
  label=$1
  shift
  "$@"
  echo $? >"$work/$label"
}
ended() { cat "$work/$1" 2>/dev/null || echo 1; }
through() {
  rm -f "$work/read" "$work/decrypt" "$work/decompress" "$work/tar"
  stage read content | stage decrypt decrypt | stage decompress decompress | stage tar "$@"
  [ "$(ended decrypt)" = 0 ] || die 'it cannot be decrypted: wrong key, or damaged'
  [ "$(ended decompress)" = 0 ] || die 'it cannot be decompressed: damaged'
  [ "$(ended tar)" = 0 ] || die 'tar could not take everything out; see its messages above'
  [ "$(ended read)" = 0 ] || die "$archive could not be read to its end"
}

if [ -z "$target" ]; then
  through tar -tvf -
  say ''
  say 'To unpack it: sh recover.sh ARCHIVE --to DIR'
  exit 0
fi
if [ -d "$target" ]; then
  [ -z "$(ls -A "$target")" ] || die "$target is not empty; name a new directory"
else
  mkdir -p "$target" || die "cannot make $target"
fi
options='-xpf -'
# Owners by number, as they were; times of directories set when everything is in.
if tar --version 2>/dev/null | grep -q GNU; then options="--numeric-owner --delay-directory-restore $options"; fi
# shellcheck disable=SC2086
through tar -C "$target" $options
say "unpacked  $target"

# --- what to do with it -----------------------------------------------------------------------------------------------
info=$target/var/lib/proxsave-info/commands
show() { # TITLE FILE [LINES]
  [ -s "$2" ] || return 0
  say ''
  say "$1"
  sed -n "1,\${3:-40}s/^/  /p" "$2"
}
say ''
say "== Rebuilding $(fact hostname HOSTNAME) =="
show 'Operating system then' "$info/system/os_release.txt" 2
[ ! -s "$info/pve/pveversion.txt" ] || show 'Proxmox VE then' "$info/pve/pveversion.txt" 1
show 'Proxmox Backup Server then' "$info/pbs/pbs_version.txt" 1
show 'Disks then' "$info/system/lsblk.txt"
show 'Network cards then (find the new names by their MAC)' "$info/system/ip_link.txt"
show 'Addresses then' "$info/system/ip_addr.txt"
guests=$(find "$target/etc/pve" \\( -path '*/qemu-server/*.conf' -o -path '*/lxc/*.conf' \\) -type f 2>/dev/null | sort -u)
if [ -n "$guests" ]; then
  say ''
  say 'Guests then (their disks are in your guest backups, not here)'
  printf '%s\\n' "$guests" | while IFS= read -r file; do
    title=$(sed -n -e 's/^name: *//p' -e 's/^hostname: *//p' "$file" | head -n 1)
    say "  \${file#"$target"/}  $title"
  done
fi
say ''
say 'In this order:'
say '  1. Install the same major version on the new disks, with the same host name.'
say '  2. Network: compare etc/network/interfaces with the cards above; then etc/hosts, etc/resolv.conf.'
say '  3. Disks and storage: import pools (zpool import), mount points of etc/fstab, etc/pve/storage.cfg.'
say '  4. Users and keys: etc/pve/user.cfg and domains.cfg; etc/proxmox-backup on a backup server; root/.ssh.'
say '  5. Guests: copy etc/pve/nodes/NODE/qemu-server and lxc, then restore their disks from the guest backups.'
say '  6. Everything else: etc/cron.d, etc/systemd/system, usr/local/bin, etc/apt, monitoring, certificates.'
say 'With ProxSave installed, one command does this with a plan and an undo:'
say "  proxsave restore --from $archive"
`;
