import { bool, hostPath, section, size, string } from '../kinds.ts';

export const pve = section('pve', 'Proxmox VE', 'Used only where Proxmox VE is installed.', {
  BACKUP_CLUSTER_CONFIG: bool({
    default: 'true',
    doc: 'Corosync settings and key, the cluster database, and what commands tell about the cluster, HA and resource mappings. (The files of HA and mappings in /etc/pve are always saved.)',
  }),
  BACKUP_VM_CONFIGS: bool({
    default: 'true',
    doc: 'Configuration of virtual machines and containers.',
  }),
  BACKUP_PVE_FIREWALL: bool({
    default: 'true',
    doc: 'Firewall of datacenter, nodes and guests.',
  }),
  BACKUP_VZDUMP_CONFIG: bool({
    default: 'true',
    doc: 'Settings of vzdump.',
  }),
  BACKUP_PVE_ACL: bool({
    default: 'true',
    doc: 'Users, groups, roles, permissions, realms, tokens and second factors.',
  }),
  BACKUP_PVE_JOBS: bool({
    default: 'true',
    doc: 'Backup jobs and their recent history.',
  }),
  BACKUP_PVE_SCHEDULES: bool({
    default: 'true',
    doc: 'Cron entries and timers that belong to Proxmox.',
  }),
  BACKUP_PVE_REPLICATION: bool({
    default: 'true',
    doc: 'Storage replication jobs and their state.',
  }),
  BACKUP_PVE_BACKUP_FILES: bool({
    default: 'true',
    doc: 'Inventory of the guest backups on each storage: a list, not the files.',
  }),
  BACKUP_SMALL_PVE_BACKUPS: bool({
    default: 'false',
    doc: 'Also save guest backups up to MAX_PVE_BACKUP_SIZE.',
  }),
  MAX_PVE_BACKUP_SIZE: size({
    default: '100M',
    doc: 'Size limit for BACKUP_SMALL_PVE_BACKUPS; 0 saves none. (The older edition used 0 when the key was absent and wrote 100M into new files.)',
  }),
  PVE_BACKUP_INCLUDE_PATTERN: string({
    default: '',
    doc: 'Guest backups whose path contains this text are saved whatever their size. Empty: none.',
  }),
  BACKUP_CEPH_CONFIG: bool({
    default: 'true',
    doc: 'Settings and keyrings of Ceph and the state of the cluster. (The older edition had this off.)',
  }),
  PVE_CONFIG_PATH: hostPath({
    default: '/etc/pve',
    doc: 'Mount point of the cluster file system.',
  }),
  PVE_CLUSTER_PATH: hostPath({
    default: '/var/lib/pve-cluster',
    doc: 'Directory of the database behind the cluster file system.',
  }),
  COROSYNC_CONFIG_PATH: hostPath({
    default: '${PVE_CONFIG_PATH}/corosync.conf',
    doc: 'Configuration file of corosync.',
  }),
  VZDUMP_CONFIG_PATH: hostPath({
    default: '/etc/vzdump.conf',
    doc: 'Configuration file of vzdump.',
  }),
  CEPH_CONFIG_PATH: hostPath({
    default: '/etc/ceph',
    doc: 'Directory with settings and keyrings of Ceph.',
  }),
});
