#!/bin/sh
# Real programs that the tests compare with. Installed through apt when root; otherwise tests that miss one are skipped
# and counted.
set -eu
missing=""
for pair in zstd:zstd xz:xz-utils lzma:xz-utils pigz:pigz bzip2:bzip2 pbzip2:pbzip2 strace:strace setpriv:util-linux \
  mkfs.ext4:e2fsprogs python3:python3 tmux:tmux age:age ssh-keygen:openssh-client openssl:openssl rclone:rclone bindfs:bindfs \
  fusermount3:fuse3 mkfs.vfat:dosfstools sudo:sudo shellcheck:shellcheck busybox:busybox-static dma:dma; do
  command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
# A Debian of their own is booted by the slow tests only.
if [ "${PROXSAVE_SLOW_TESTS:-}" = 1 ]; then
  for pair in systemd-nspawn:systemd-container debootstrap:debootstrap; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
  done
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "tests that need these packages will be skipped:$missing" >&2
  exit 0
fi
echo "installing what the tests compare with:$missing" >&2
apt-get update -qq >&2
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
