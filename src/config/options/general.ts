import { bool, enumeration, hostPath, int, seconds, section } from '../kinds.ts';

export const general = section('general', 'General', 'How a run behaves as a whole.', {
  BACKUP_ENABLED: bool({
    default: 'true',
    doc: 'With false a backup run does nothing and ends with exit code 16.',
  }),
  DRY_RUN: bool({
    default: 'false',
    doc: 'Plan every run and write nothing, like the flag --dry-run.',
  }),
  DEBUG_LEVEL: enumeration({
    default: 'info',
    values: ['none', 'critical', 'error', 'warning', 'info', 'debug'],
    valueAliases: {
      standard: 'info',
      advanced: 'debug',
      extreme: 'debug',
      '0': 'none',
      '1': 'critical',
      '2': 'error',
      '3': 'warning',
      '4': 'info',
      '5': 'debug',
    },
    doc: 'How much is logged; each level includes those before it. The older names standard, advanced and extreme and the numbers 0 to 5 are read too.',
  }),
  USE_COLOR: bool({
    default: 'true',
    aliases: [{ name: 'DISABLE_COLORS', inverse: true, wins: true }],
    doc: 'Colours on a terminal. NO_COLOR in the environment and the flag --no-color switch them off too.',
  }),
  COMMAND_TIMEOUT: seconds({
    default: '30',
    min: 1,
    doc: 'Seconds that each inventory command may take before it is ended and reported.',
  }),
  COMMAND_CONCURRENCY: int({
    default: '4',
    min: 1,
    max: 64,
    doc: 'How many inventory commands run at the same time.',
  }),
  PVESH_TIMEOUT: seconds({
    default: '15',
    doc: 'Seconds that one pvesh call may take; 0 applies no limit of its own.',
  }),
  FS_IO_TIMEOUT: seconds({
    default: '30',
    doc: 'Seconds without an answer after which a network share or FUSE file system counts as dead, wherever ProxSave reads or writes; 0 waits for ever.',
  }),
  DISABLE_NETWORK_PREFLIGHT: bool({
    default: 'false',
    doc: 'Without effect: there is no such check, each tier and channel tells its own cause when it cannot be reached.',
  }),
  SYSTEM_ROOT_PREFIX: hostPath({
    default: '',
    doc: 'Directory that holds the root of the host to save, for example /host in a container. Empty: the running system. Same as the flag --root.',
  }),
  HOST_BACKUP_MODE: bool({
    default: 'false',
    doc: 'With SYSTEM_ROOT_PREFIX: the container shares the namespaces of the host, so commands that run here describe the host.',
  }),
});
