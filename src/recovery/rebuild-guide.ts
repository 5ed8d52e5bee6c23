// The second half of recover.sh: tells, from the files that were unpacked, how this very host is rebuilt. It only reads.

/** POSIX sh. Needs what recover-script.ts has set: say, fact, root, info, target, archive, is_encrypted, is_damaged. */
export const rebuildGuide = `
# --- what to do with it -----------------------------------------------------------------------------------------------
cmd=$info/commands
etc=$root/etc
show() { # TITLE FILE [LINES]
  [ -s "$2" ] || return 0
  say ''
  say "$1"
  sed -n "1,\${3:-40}s/^/  /p" "$2"
}
is_pve=no is_pbs=no
[ ! -d "$etc/pve" ] && [ ! -f "$root/var/lib/pve-cluster/config.db" ] || is_pve=yes
[ ! -d "$etc/proxmox-backup" ] || is_pbs=yes
host=$(fact hostname HOSTNAME)
node=\${host%%.*}

guide() {
  say ''
  say "== Rebuilding \${host:-the host} =="
  say ''
  say 'Versions then'
  sed -n 's/^PRETTY_NAME="*\\([^"]*\\)"*$/  \\1/p' "$etc/os-release" "$cmd/system/os_release.txt" 2>/dev/null | head -n 1
  grep -h -e '^pve-manager' -e '^proxmox-ve' -e '^ceph:' "$cmd/pve/pveversion.txt" 2>/dev/null | sed 's/^/  /'
  [ ! -s "$cmd/pbs/pbs_version.txt" ] || sed -n '1s/^/  /p' "$cmd/pbs/pbs_version.txt"
  [ -s "$cmd/pve/pveversion.txt" ] || [ -s "$cmd/pbs/pbs_version.txt" ] || say "  $(fact proxmox_version PROXMOX_VERSION)"
  sed -n 's/^  "bootMode": "\\(.*\\)",*$/  started by \\1/p; s/^  "rootFilesystem": "\\(.*\\)",*$/  root file system: \\1/p' \\
    "$info/host_facts.json" 2>/dev/null

  show 'Disks then' "$cmd/system/lsblk.txt"
  show 'ZFS pools then' "$cmd/system/zfs/zpool_list.txt"
  show 'LVM groups then' "$cmd/system/lvm_vgs.txt"
  [ ! -s "$cmd/system/partition_tables.txt" ] ||
    say '  (partition tables, for sfdisk: var/lib/proxsave-info/commands/system/partition_tables.txt)'

  cards() {
    awk -F '"' '/"name":/ { name = $4; mac = ""; driver = "" } /"mac":/ { mac = $4 } /"permanent_mac":/ { mac = $4 }
      /"driver":/ { driver = $4 } /"is_virtual": false/ && mac != "" { printf "  %-16s %s  %s\\n", name, mac, driver }' \\
      "$cmd/system/network_inventory.json" 2>/dev/null
  }
  if [ -n "$(cards)" ]; then
    say ''
    say 'Network cards then'
    cards
  fi
  [ -n "$(cards)" ] || [ -s "$cmd/system/ip_addr.txt" ] || show 'Network cards then' "$cmd/system/ip_link.txt"
  show 'Addresses then' "$cmd/system/ip_addr.txt"
  here=''
  for card in /sys/class/net/*; do
    [ -e "$card/device" ] || continue
    here="$here  $(printf '%-16s' "\${card##*/}") $(cat "$card/address" 2>/dev/null)
"
  done
  if [ -n "$here" ]; then
    say ''
    say 'Network cards of THIS machine (the same MAC is the same card, whatever it is called now)'
    printf '%s' "$here"
  fi

  guest_files() { find "$etc/pve/nodes" -type f \\( -path '*/qemu-server/*.conf' -o -path '*/lxc/*.conf' \\) 2>/dev/null | sort; }
  if [ -n "$(guest_files)" ]; then
    say ''
    say 'Guests then (their disks are in your guest backups, not here)'
    guest_files | while IFS= read -r file; do
      case $file in */lxc/*) guest=CT ;; *) guest=VM ;; esac
      id=\${file##*/}
      of=\${file#"$etc"/pve/nodes/}
      title=$(sed -n -e '/^\\[/q' -e 's/^name: *//p' -e 's/^hostname: *//p' "$file" | head -n 1)
      say "  $guest \${id%.conf}  $title  (node \${of%%/*})"
      sed -n -e '/^\\[/q' -e '/media=cdrom/d' \\
        -e 's/^\\(\\(scsi\\|virtio\\|sata\\|ide\\|efidisk\\|tpmstate\\|mp\\)[0-9][0-9]*: .*\\)$/      \\1/p' \\
        -e 's/^\\(rootfs: .*\\)$/      \\1/p' "$file"
    done
  elif [ -s "$cmd/pve/guest_inventory/guests.txt" ]; then
    show 'Guests then (their disks are in your guest backups, not here)' "$cmd/pve/guest_inventory/guests.txt" 200
  fi
  storages() {
    sed -n -e 's/^\\([a-z][a-z0-9]*\\): *\\(.*\\)$/  \\2  (\\1)/p' \\
      -e 's/^[[:space:]]\\(path\\|pool\\|server\\|export\\|vgname\\|datastore\\)[[:space:]]*\\(.*\\)$/      \\1 \\2/p' \\
      "$etc/pve/storage.cfg" 2>/dev/null
  }
  if [ -n "$(storages)" ]; then
    say ''
    say 'Storages then'
    storages
  fi
  if [ -s "$etc/proxmox-backup/datastore.cfg" ]; then
    say ''
    say 'Datastores then'
    sed -n -e 's/^datastore: *\\(.*\\)$/  \\1/p' -e 's/^[[:space:]]*\\(path\\|backing-device\\|backend\\)[[:space:]]\\(.*\\)$/      \\1 \\2/p' \\
      "$etc/proxmox-backup/datastore.cfg"
  fi
  lost() { awk -F '"' '/"what":/ { what = $4 } /"state": "missing"/ { print "  " what }' "$info/coverage.json" 2>/dev/null; }
  if [ -n "$(lost)" ]; then
    say ''
    say 'NOT in this archive although the host had it:'
    lost
  fi

  number=0
  step() { number=$((number + 1)); say "  $number. $*"; }
  more() { say "     $*"; }
  members=$(grep -c 'ring0_addr' "$etc/pve/corosync.conf" 2>/dev/null)
  say ''
  say "In this order (paths below are in $target)"
  step "Install the same major version on the new disks, with the host name \${node:-it had}."
  [ "$is_pve" = no ] || more 'A different name makes a different node: guests lie in etc/pve/nodes/NAME.'
  step 'Network: etc/network/interfaces, with the names of the new cards; then etc/hosts (the name must resolve to the'
  more 'address of this host, not 127.0.0.1), etc/resolv.conf. Try it with: ifreload -a'
  step 'Disks: import pools (zpool import; zpool import -f NAME), activate groups (vgchange -ay), then the mount points of'
  more 'etc/fstab, by UUID. Never format a disk that may hold data.'
  if [ "$is_pve" = yes ]; then
    if [ "\${members:-0}" -gt 1 ]; then
      step "This was one of $members members of a cluster. Are the others alive? Then do NOT copy etc/pve:"
      more "on one of them: pvecm delnode $node; here: pvecm add ADDRESS-OF-ANOTHER; the configuration comes from there."
      more 'Only when all are lost, rebuild this one from the archive, as a single node:'
    else
      step 'Proxmox VE, while /etc/pve is mounted (systemctl status pve-cluster):'
    fi
    more 'copy one by one: etc/pve/storage.cfg, datacenter.cfg, user.cfg, domains.cfg, jobs.cfg, firewall/, priv/*.cfg.'
    [ ! -f "$root/var/lib/pve-cluster/config.db" ] ||
      more 'Or all of it at once: var/lib/pve-cluster/config.db, with pve-cluster stopped (same host name only).'
    step "Guests: copy etc/pve/nodes/\${node:-NAME}/qemu-server/*.conf and lxc/*.conf where their disks still exist;"
    more 'else restore each guest from its backup (qmrestore, pct restore), which brings its configuration too.'
  fi
  if [ "$is_pbs" = yes ]; then
    step 'Proxmox Backup Server: mount the datastores first, then stop proxmox-backup and proxmox-backup-proxy, copy'
    more 'etc/proxmox-backup (owner backup:backup, files 0640, keys and shadow files as they are here), start both again.'
    more 'Datastores keep their backups: they are in the .chunks directories of the paths above, not here.'
  fi
  step 'Keys and accounts: root/.ssh, etc/ssh/ssh_host_*, then lines of etc/passwd, group and shadow that are missing.'
  step 'The rest: etc/cron.d, etc/systemd/system, usr/local, etc/apt, etc/sysctl.d, etc/modprobe.d, certificates.'
  [ ! -s "$cmd/system/packages/apt_manual.txt" ] ||
    more 'Packages that were installed by hand: var/lib/proxsave-info/commands/system/packages/apt_manual.txt'
  say ''
  say 'With ProxSave installed on the new host, one command does this with a plan and an undo:'
  say "  proxsave restore --from $archive"
  if [ "$is_encrypted" = yes ]; then say "The files in $target are not encrypted: remove them when you are done."; fi
}
guide | clean
[ "$is_damaged" = no ] || exit 1
`;
