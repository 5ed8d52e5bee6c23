// recover.sh: lies beside the archives and brings one back with standard tools only (POSIX sh, tar, sha256sum, the program of
// the compression, age when it is encrypted). For the day on which ProxSave itself cannot be had. The same text for every host,
// so that hosts which share a directory do not rewrite each other's. Its second half, what to do with the files, is in
// rebuild-guide.ts.

import { bech32Python } from './passphrase-python.ts';
import { rebuildGuide } from './rebuild-guide.ts';

export const recoverScriptName = 'recover.sh';

export const recoverScript = `#!/bin/sh
# Brings a ProxSave archive back with standard tools: tar, sha256sum, the program of its compression, and age when it is
# encrypted. ProxSave itself is not needed. Changes nothing outside the directory that you name.
#
#   sh recover.sh ARCHIVE                        check it, and list what is in it
#   sh recover.sh ARCHIVE --to DIR               check it, unpack it into DIR (new or empty), and say how to rebuild
#   ... --identity FILE                          key of an encrypted archive: age identity, or SSH private key
#   ... --passphrase-file FILE                   or the passphrase that its key was made from (needs python3)
#   ... --passphrase                             the same, typed in
#   ... --salt TEXT                              what else that key was made of, when no .metadata says it (recovery sheet)
#   ... --no-checksum                            go on although the checksum differs
#
# It ends with 0 only when all of the archive was read and nothing in it is known to be wrong.
set -u
LC_ALL=C
export LC_ALL
# They would change what cd and tar do.
unset CDPATH TAR_OPTIONS
umask 077

say() { printf '%s\\n' "$*"; }
warn() { printf 'warning: %s\\n' "$*" >&2; }
die() { printf 'error: %s\\n' "$*" >&2; exit 1; }
# What comes out of an archive may hold sequences that a terminal obeys.
clean() { tr -d '\\000-\\010\\013-\\037\\177'; }
usage() { sed -n '2,/^set -u/s/^# \\{0,1\\}//p' "$0"; exit "$1"; }
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is needed and not installed: apt-get install $2"; }

archive='' target='' identity='' passphrase='' salt='' must_match=yes
while [ $# -gt 0 ]; do
  case $1 in
    --to)
      [ -n "\${2:-}" ] || die '--to needs a directory'
      case $2 in -*) target=./$2 ;; *) target=$2 ;; esac
      shift
      ;;
    --identity|-i) [ $# -ge 2 ] || die '--identity needs a file'; identity=$2; shift ;;
    --passphrase-file) [ $# -ge 2 ] || die '--passphrase-file needs a file'; passphrase=$2; shift ;;
    --passphrase) passphrase=- ;;
    --salt) [ -n "\${2:-}" ] || die '--salt needs the text from the recovery sheet'; salt=$2; shift ;;
    --no-checksum) must_match=no ;;
    -h|--help) usage 0 ;;
    -*) die "unknown option $1; see sh recover.sh --help" ;;
    *) [ -z "$archive" ] || die "one archive at a time: $archive, $1"; archive=$1 ;;
  esac
  shift
done
[ -n "$archive" ] || usage 2
[ -f "$archive" ] || die "there is no file $archive"
[ -r "$archive" ] || die "$archive may not be read; run this as root"
[ -z "$identity" ] || [ -r "$identity" ] || die "cannot read the identity file $identity"
case $passphrase in ''|-) ;; *) [ -r "$passphrase" ] || die "cannot read the passphrase file $passphrase" ;; esac
need tar tar
need sha256sum coreutils
# GNU tar where it is, although busybox would take its own, which cuts long names and forgets times.
tar=tar
for place in tar /usr/bin/tar /bin/tar; do
  "$place" --version 2>/dev/null | grep -q GNU && tar=$place && break
done

# Only the outcome of each stage, and an identity made from a passphrase; in memory where there is a place for that.
work=''
for place in /dev/shm "\${TMPDIR:-/tmp}"; do
  work=$(mktemp -d "$place/recover.XXXXXX" 2>/dev/null) && break
done
[ -d "$work" ] || die 'cannot make a temporary directory in /dev/shm or /tmp'
is_silent=no
cleanup() {
  [ "$is_silent" = no ] || stty echo 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# --- what the file is -------------------------------------------------------------------------------------------------
metadata='' stated=''
case $archive in
  *.bundle.tar)
    kind=bundle
    # Through stdin: tar takes a colon in a file name for another machine.
    "$tar" -tf - <"$archive" >"$work/members" 2>/dev/null ||
      die "$archive cannot be read as a bundle: cut short or DAMAGED; use another copy"
    name=$(grep -v -e '\\.metadata$' -e '\\.sha256$' -e '\\.manifest\\.json$' "$work/members" | tail -n 1)
    [ -n "$name" ] || die "$archive holds no archive"
    member() { "$tar" -xOf - -- "$1" <"$archive"; }
    content() { member "$name"; }
    wanted=$(grep -e '\\.metadata$' -e '\\.manifest\\.json$' "$work/members" | head -n 1)
    [ -z "$wanted" ] || metadata=$(member "$wanted")
    wanted=$(grep '\\.sha256$' "$work/members" | grep -v '\\.metadata\\.sha256$' | head -n 1)
    [ -z "$wanted" ] || stated=$(member "$wanted" | head -n 1 | cut -d ' ' -f 1)
    ;;
  *)
    kind=raw
    name=\${archive##*/}
    content() { cat <"$archive"; }
    for beside in "$archive.manifest.json" "$archive.metadata"; do
      [ -n "$metadata" ] || ! [ -r "$beside" ] || metadata=$(cat <"$beside")
    done
    [ ! -r "$archive.sha256" ] || stated=$(head -n 1 <"$archive.sha256" | cut -d ' ' -f 1)
    ;;
esac
# One value of the JSON metadata, or of KEY=VALUE metadata of old archives.
fact() {
  printf '%s\\n' "$metadata" |
    sed -n -e "s/^ *\\"$1\\": *\\"\\\\(.*\\\\)\\",\\\\{0,1\\\\}\\$/\\\\1/p" -e "s/^$2=\\\\(.*\\\\)\\$/\\\\1/p" | head -n 1 | clean
}
[ -n "$stated" ] || stated=$(fact sha256 SHA256)
stated=$(printf '%s' "$stated" | tr 'A-F' 'a-f')

say "archive   $name ($kind)"
[ -z "$(fact hostname HOSTNAME)" ] || say "host      $(fact hostname HOSTNAME)"
[ -z "$(fact created_at TIMESTAMP)" ] || say "made      $(fact created_at TIMESTAMP)"
[ -z "$(fact proxmox_version PROXMOX_VERSION)" ] || say "version   $(fact proxmox_version PROXMOX_VERSION)"
if [ "$(fact status STATUS)" = partial ]; then
  case $(printf '%s\\n' "$metadata" | sed -n 's/^ *"error_count": *\\([0-9]*\\),\\{0,1\\}$/\\1/p') in
    0) warn 'it was made to hold only a part of the host' ;;
    *) warn 'when it was made, errors kept something out of it' ;;
  esac
fi

# --- is it what was written? ------------------------------------------------------------------------------------------
is_damaged=no
found=$(content 2>"$work/messages" | sha256sum | cut -d ' ' -f 1)
if [ -z "$stated" ]; then
  warn 'the checksum was not compared: nothing says what it should be'
elif [ "$found" != "$stated" ]; then
  [ "$must_match" = no ] ||
    die "DAMAGED: its SHA-256 is $found and should be $stated; use another copy (--no-checksum takes out what can be read)"
  warn "DAMAGED: its SHA-256 is $found and should be $stated"
  is_damaged=yes
else
  say 'checksum  good'
fi

# --- stages: decrypt, decompress --------------------------------------------------------------------------------------
plain=\${name%.age}
is_encrypted=no
[ "$plain" = "$name" ] || is_encrypted=yes
case $(content 2>/dev/null | dd bs=14 count=1 2>/dev/null | tr -d '\\0') in
  age-encryption|'-----BEGIN AGE') is_encrypted=yes ;;
esac
if [ "$is_encrypted" = yes ]; then
  need age age
  if [ -n "$passphrase" ]; then
    need python3 python3
    [ -n "$salt" ] || salt=$(fact passphrase_salt PASSPHRASE_SALT)
    [ -n "$salt" ] || warn 'nothing says what else its key was made of; the recovery sheet does (passphrase_salt): --salt TEXT'
    cat >"$work/derive.py" <<'PYTHON'
${bech32Python}PYTHON
    if [ "$passphrase" = - ]; then
      printf 'passphrase: ' >&2
      is_silent=yes
      stty -echo 2>/dev/null
      IFS= read -r typed
      stty echo 2>/dev/null
      is_silent=no
      printf '\\n' >&2
      printf '%s' "$typed" | python3 "$work/derive.py" "$salt" >"$work/identity" ||
        die 'no key can be made from that passphrase'
      typed=''
    else
      python3 "$work/derive.py" "$salt" <"$passphrase" >"$work/identity" ||
        die 'no key can be made from that passphrase'
    fi
    identity=$work/identity
  fi
  [ -n "$identity" ] || die 'it is encrypted: give --identity FILE, --passphrase-file FILE or --passphrase'
  decrypt() { age --decrypt -i "$identity"; }
else
  decrypt() { cat; }
fi
compression=$plain
case $plain in
  *.tar|*.tar.*|*.tgz) ;;
  *) compression=.tar.$(fact compression_type COMPRESSION_TYPE) ;;
esac
case $compression in
  *.tar.zst) need zstd zstd; decompress() { zstd -q -dc; } ;;
  *.tar.gz|*.tar.pigz|*.tgz) need gzip gzip; decompress() { gzip -dc; } ;;
  *.tar.xz) need xz xz-utils; decompress() { xz -dc; } ;;
  *.tar.lzma)
    need xz xz-utils
    # The one of busybox knows no formats, but is lzma by another name.
    decompress() { if xz --version 2>/dev/null | grep -q XZ; then xz --format=lzma -dc; else lzma -dc; fi; }
    ;;
  *.tar.bz2) need bzip2 bzip2; decompress() { bzip2 -dc; } ;;
  *.tar|*.tar.none) decompress() { cat; } ;;
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
# A tar that ends too early is none: some programs do not mind.
watch_end() { tee "$work/fifo"; }
recipients() { printf '%s\\n' "$metadata" | sed -n -e 's/^ *"\\(age1[^"]*\\)",*$/  \\1/p' -e 's/^ *"\\(ssh-[^"]*\\)",*$/  \\1/p'; }
fail() {
  if [ -n "$target" ] && ! rmdir "$target" 2>/dev/null; then
    warn "what was read until then is in $target: it is INCOMPLETE"
  fi
  die "$*"
}
through() {
  rm -f "$work/read" "$work/decrypt" "$work/decompress" "$work/tar" "$work/end"
  mkfifo "$work/fifo" || die 'cannot make a pipe in the temporary directory'
  (tail -c 1024 <"$work/fifo" | tr -d '\\0' | wc -c >"$work/end") &
  stage read content | stage decrypt decrypt | stage decompress decompress | watch_end | stage tar "$@"
  wait
  rm -f "$work/fifo"
  if [ "$(ended decrypt)" != 0 ]; then
    [ -z "$(recipients)" ] || { say 'It was encrypted for:'; recipients | clean; } >&2
    case $(recipients) in
      *age1pq1*)
        warn "it is for post-quantum keys, which the age program knows from version 1.3 on; this is $(age --version 2>/dev/null)"
        ;;
    esac
    fail 'it cannot be decrypted: wrong key, or DAMAGED'
  fi
  [ "$(ended decompress)" = 0 ] || fail 'it cannot be decompressed: DAMAGED'
  [ "$(ended tar)" = 0 ] || fail 'tar could not take everything out; see its messages above'
  [ "$(ended read)" = 0 ] || fail "$archive could not be read to its end"
  [ "$(ended end | tr -d ' ')" = 0 ] || fail 'the tar inside does not end where a tar ends: cut short, DAMAGED'
}

if [ -z "$target" ]; then
  through "$tar" -tvf -
  say ''
  [ "$is_damaged" = no ] || die 'it is DAMAGED: this list may be wrong'
  say 'To unpack it: sh recover.sh ARCHIVE --to DIR'
  exit 0
fi
if [ -e "$target" ]; then
  [ -d "$target" ] || die "$target is not a directory"
  [ -z "$(ls -A "$target")" ] || die "$target is not empty; name a new directory"
else
  mkdir -p -- "$target" || die "cannot make $target"
fi
root=$(cd "$target" && pwd -P) || die "cannot enter $target"
case $root in /) die 'this does not unpack over the running system; name a directory' ;; esac
# Owners by number, as they were; times of directories set when everything is in.
if "$tar" --version 2>/dev/null | grep -q GNU; then
  through "$tar" -C "$root" --numeric-owner --delay-directory-restore -xpf -
else
  warn 'this tar is not GNU tar: names of more than 100 bytes may come out cut; apt-get install tar'
  through "$tar" -C "$root" -xpf -
fi
[ "$(id -u)" = 0 ] || warn 'not run as root: all files belong to you now, their owners are lost'

info=$root/var/lib/proxsave-info
# --- archives of the existing edition: links in the place of equal files become files again ---------------------------
undo_links() {
  # With a line end behind the last one too, which the list has not.
  { sed -e 's/},{/}\\
{/g' "$info/dedup_manifest.json"; echo; } | while IFS= read -r entry; do
    [ -n "$entry" ] || continue
    path=$(printf '%s\\n' "$entry" | sed -n 's/.*"path": *"\\(\\([^"\\\\]\\|\\\\u00[0-9a-f][0-9a-f]\\)*\\)".*/\\1/p')
    path=$(printf '%s\\n' "$path" | sed -e 's/\\\\u003c/</g' -e 's/\\\\u003e/>/g' -e 's/\\\\u0026/\\&/g')
    number() { printf '%s\\n' "$entry" | sed -n "s/.*\\"$1\\": *\\\\([0-9][0-9]*\\\\).*/\\\\1/p"; }
    case /$path/ in //|*\\\\*|*/../*) echo "$entry" >>"$work/unlinked"; continue ;; esac
    [ -L "$root/$path" ] || continue
    source=$(readlink -f -- "$root/$path")
    parent=$(readlink -f -- "$(dirname -- "$root/$path")")
    case $source in "$root"/*) ;; *) echo "$path" >>"$work/unlinked"; continue ;; esac
    case $parent/ in "$root"/*) ;; *) echo "$path" >>"$work/unlinked"; continue ;; esac
    copy=$root/$path.recover-copy
    if [ ! -f "$source" ] || [ -e "$copy" ] || ! cp -p -- "$source" "$copy"; then
      echo "$path" >>"$work/unlinked"
      continue
    fi
    if [ "$(id -u)" = 0 ] && [ -n "$(number uid)" ]; then chown "$(number uid):$(number gid)" "$copy"; fi
    chmod "$(printf '%o' "$(number mode)")" "$copy" && mv -f -- "$copy" "$root/$path"
    echo "$path" >>"$work/linked"
  done
}
if [ -f "$info/dedup_manifest.json" ] && [ ! -f "$info/index.json" ]; then
  undo_links
  [ ! -s "$work/linked" ] || say "links     $(wc -l <"$work/linked" | tr -d ' ') deduplicated files are files again"
  if [ -s "$work/unlinked" ]; then
    warn 'these were files with the same content as another one, and are still links:'
    clean <"$work/unlinked" | sed 's/^/  /' >&2
    is_damaged=yes
  fi
fi
# --- every file against the index (archives of this edition have one) ------------------------------------------------
if [ -f "$info/index.json" ]; then
  sed -n 's/^{"path":"\\([^"\\\\]*\\)".*"sha256":"\\([0-9a-f]*\\)".*$/\\2  \\1/p' "$info/index.json" >"$work/sums"
  if (cd "$root" && sha256sum -c "$work/sums") >"$work/compared" 2>/dev/null; then
    say "files     good ($(wc -l <"$work/sums" | tr -d ' ') compared with the index)"
  else
    warn 'these files are not what the index says:'
    grep -v ': OK$' "$work/compared" | clean | sed 's/^/  /' >&2
    is_damaged=yes
  fi
fi
if [ "$is_damaged" = yes ]; then
  warn "DAMAGED: what could be read is in $target; do not trust it blindly"
else
  say "to        $target"
fi
${rebuildGuide}`;
