import { bool, section } from '../kinds.ts';

export const system = section(
  'system',
  'Operating system',
  'Parts of the host that every Debian system has.',
  {
    BACKUP_NETWORK_CONFIGS: bool({
      default: 'true',
      aliases: [{ name: 'BACKUP_NETWORK_CONFIG' }],
      doc: 'Network interfaces, bridges and bonds, and the inventory of network cards that restore needs to match them.',
    }),
    BACKUP_APT_SOURCES: bool({
      default: 'true',
      doc: 'Package sources, their keys, pinning and settings of apt.',
    }),
    BACKUP_INSTALLED_PACKAGES: bool({
      default: 'true',
      doc: 'List of installed packages, of those installed by hand, and package selections.',
    }),
    BACKUP_CRON_JOBS: bool({
      default: 'true',
      aliases: [{ name: 'BACKUP_CRONTABS' }],
      doc: 'System crontab, cron directories and the crontabs of users.',
    }),
    BACKUP_SYSTEMD_SERVICES: bool({
      default: 'true',
      doc: 'Own units, timers and overrides in /etc/systemd, and the list of services.',
    }),
    BACKUP_SSL_CERTS: bool({
      default: 'true',
      doc: 'Certificates and private keys in /etc/ssl.',
    }),
    BACKUP_LETSENCRYPT: bool({
      default: 'true',
      doc: 'Accounts, certificates and renewal settings in /etc/letsencrypt.',
    }),
    BACKUP_SSH_KEYS: bool({
      default: 'true',
      doc: 'SSH server settings, host keys, and the .ssh directories of root and of users.',
    }),
    BACKUP_SYSCTL_CONFIG: bool({
      default: 'true',
      doc: 'Kernel parameters: sysctl files and the values in force.',
    }),
    BACKUP_KERNEL_MODULES: bool({
      default: 'true',
      doc: 'Modules loaded at boot and their options.',
    }),
    BACKUP_BOOT_CONFIG: bool({
      default: 'true',
      doc: 'Boot loader and kernel command line: /etc/default, /etc/kernel, state of proxmox-boot-tool.',
    }),
    BACKUP_UDEV_RULES: bool({
      default: 'true',
      doc: 'Own udev rules and hardware database entries.',
    }),
    BACKUP_STORAGE_STACK: bool({
      default: 'true',
      doc: 'fstab, crypttab, iSCSI, multipath, mdadm, LVM, autofs, and partition tables.',
    }),
    BACKUP_ZFS_CONFIG: bool({
      default: 'true',
      doc: 'Settings of ZFS, the host id, and the layout of pools and datasets.',
    }),
    BACKUP_HARDWARE_INFO: bool({
      default: 'true',
      doc: 'Inventory of processor, memory, PCI and USB devices, disks and firmware.',
    }),
    BACKUP_CRITICAL_FILES: bool({
      default: 'true',
      doc: 'Accounts: passwd, group, shadow, gshadow, subuid, subgid, sudoers and sudoers.d.',
    }),
    BACKUP_SECURITY_CONFIG: bool({
      default: 'true',
      doc: 'PAM and the limits in /etc/security.',
    }),
    BACKUP_FIREWALL_RULES: bool({
      default: 'true',
      doc: 'Rules of nftables, iptables, ufw and firewalld of the host itself. (The older edition had this off.)',
    }),
    BACKUP_MAIL_CONFIG: bool({
      default: 'true',
      doc: 'Postfix and other mail transport settings, and aliases.',
    }),
    BACKUP_TIME_CONFIG: bool({
      default: 'true',
      doc: 'Time servers and time zone.',
    }),
    BACKUP_LOCALE_CONFIG: bool({
      default: 'true',
      doc: 'Locale, keyboard, console and settings shared by all shells.',
    }),
    BACKUP_LOGROTATE_CONFIG: bool({
      default: 'true',
      doc: 'Rules of logrotate.',
    }),
    BACKUP_MONITORING_CONFIG: bool({
      default: 'true',
      doc: 'Settings of monitoring agents such as Zabbix, node_exporter, Telegraf, SNMP and smartd.',
    }),
    BACKUP_VPN_CONFIG: bool({
      default: 'true',
      doc: 'WireGuard, OpenVPN, Tailscale and other VPN settings, keys included.',
    }),
    BACKUP_SCRIPT_DIR: bool({
      default: 'true',
      doc: 'Own programs in /usr/local/bin and /usr/local/sbin.',
    }),
    BACKUP_SCRIPT_REPOSITORY: bool({
      default: 'false',
      doc: 'The whole directory of an installation of the older edition (BASE_DIR), without its backups and logs.',
    }),
    BACKUP_ROOT_HOME: bool({
      default: 'true',
      doc: 'Shell settings, history and configuration files in the home directory of root.',
    }),
    BACKUP_CONFIG_FILE: bool({
      default: 'true',
      doc: 'The configuration file of ProxSave and its recipients.',
    }),
    BACKUP_ETC_REST: bool({
      default: 'true',
      doc: 'Everything else in /etc that no other part saves. Restore hands these files out but never applies them by itself.',
    }),
  },
);
