#!/bin/sh
# Makes the Debian tree that test/support/container.ts boots: systemd, dbus, cron, ifupdown, openssh-server; and in
# /var/cache/test-packages what a test installs in its machine: ifupdown2, which takes the place of ifupdown. Needs root, debootstrap,
# systemd-nspawn and a Debian mirror; takes a minute or two, then the tree is kept. Nothing ever runs in it: each
# test boots a copy-on-write view.
set -eu
tree=${1:?the directory to make}
suite=${PROXSAVE_TEST_SUITE:-bookworm}
packages=systemd,systemd-sysv,dbus,cron,ifupdown,iproute2,openssh-server,util-linux,zstd,xz-utils,ca-certificates,python3

[ "$(id -u)" = 0 ] || { echo "building the test container needs root" >&2; exit 3; }
missing=""
command -v debootstrap >/dev/null 2>&1 || missing="$missing debootstrap"
command -v systemd-nspawn >/dev/null 2>&1 || missing="$missing systemd-container"
if [ -n "$missing" ]; then
  apt-get update -qq >&2
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
fi

mkdir -p "$(dirname "$tree")"
# Several test files may want it at once: one builds, the others wait.
exec 9>"$tree.lock"
flock -w 900 9 || { echo "another build of $tree does not end" >&2; exit 3; }
[ ! -e "$tree/.complete" ] || exit 0
rm -rf "$tree" "$tree.partial"
# A build that fails leaves nothing that looks like a tree.
trap 'rm -rf "$tree.partial"' EXIT
timeout 900 debootstrap --variant=minbase --include="$packages" "$suite" "$tree.partial" >&2
mkdir "$tree.partial/var/cache/test-packages"
chroot "$tree.partial" sh -ec 'apt-get -qq update; cd /var/cache/test-packages; apt-get -qq -o APT::Sandbox::User=root download ifupdown2' >&2
rm -rf "$tree.partial"/var/cache/apt/archives/*.deb "$tree.partial"/var/lib/apt/lists/*
printf 'testbox\n' >"$tree.partial/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 testbox\n' >"$tree.partial/etc/hosts"
# Each boot is a machine of its own.
: >"$tree.partial/etc/machine-id"
# What has no hardware here would only delay the boot.
for unit in getty.target console-getty.service systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer; do
  ln -sf /dev/null "$tree.partial/etc/systemd/system/$unit"
done
touch "$tree.partial/.complete"
mv "$tree.partial" "$tree"
