// Verdicts before anything is changed: does this backup fit this host? `fail` wants an explicit word, `warn` is to be read.
// Pure: facts of both sides in, sentences out.

import { formatBytes } from '../../util/format.ts';
import type { PreflightVerdict } from '../plan/restore-plan.ts';
import { majorOf, type Side } from './crossing.ts';

type Check = (backup: Side, host: Side) => PreflightVerdict[];

export function judgePreflight(backup: Side, host: Side): PreflightVerdict[] {
  return checks.flatMap((check) => check(backup, host));
}

const notKnown = new Set(['', 'unknown']);

interface Texts {
  same: string;
  other: string;
  unknown: string;
}

function compareTexts(
  check: string,
  saved: string | undefined,
  live: string | undefined,
  worst: 'warn' | 'fail',
  texts: Texts,
): PreflightVerdict {
  const [backup, host] = [saved ?? '', live ?? ''];
  if (notKnown.has(backup) || notKnown.has(host)) {
    return { check, verdict: 'warn', backup, host, message: texts.unknown };
  }
  const isSame = backup === host;
  return {
    check,
    verdict: isSame ? 'pass' : worst,
    backup,
    host,
    message: isSame ? texts.same : texts.other,
  };
}

const checkArchitecture: Check = ({ facts: saved }, { facts: live }) => [
  compareTexts('cpu-architecture', saved?.architecture, live?.architecture, 'fail', {
    same: 'The processor architecture is the same.',
    other: 'Programs and kernel modules of the backup do not run here; only configuration may come back.',
    unknown: 'The processor architecture of one side is not known.',
  }),
];

const checkBootMode: Check = ({ facts: saved }, { facts: live }) => [
  compareTexts('boot-mode', saved?.bootMode, live?.bootMode, 'warn', {
    same: 'Both boot in the same way.',
    other: 'The machine boots in another way: boot configuration is left alone unless it is named.',
    unknown: 'How one side boots is not known.',
  }),
];

const checkRootFilesystem: Check = ({ facts: saved }, { facts: live }) => [
  compareTexts('root-filesystem', saved?.rootFilesystem, live?.rootFilesystem, 'warn', {
    same: 'The root file system is of the same kind.',
    other: 'Boot, mounts and ZFS settings of the backup are for another root file system.',
    unknown: 'The root file system of one side is not known.',
  }),
];

const checkHostname: Check = (backup, host) => [
  compareTexts('hostname', backup.hostname, host.hostname, 'warn', {
    same: 'The name is the same.',
    other:
      'The backup is of another name. The node name of Proxmox VE hangs on it: --keep-hostname leaves it as it is.',
    unknown: 'The name of one side is not known.',
  }),
];

const checkProducts: Check = (backup, host) => {
  const names = (side: Side) => side.products.join(' and ');
  const missing = backup.products.filter((product) => !host.products.includes(product));
  const isNothingShared = missing.length > 0 && missing.length === backup.products.length;
  const verdict = isNothingShared ? 'fail' : missing.length > 0 ? 'warn' : 'pass';
  const message =
    missing.length === 0
      ? 'What the backup is of is installed here.'
      : `Not installed here: ${missing.join(' and ')}. Its configuration is left out; install it first to get it back.`;
  return [
    { check: 'product', verdict, backup: names(backup), host: names(host), message },
    ...backup.products
      .filter((product) => host.products.includes(product))
      .map((p) => checkVersion(p, backup, host)),
  ];
};

function checkVersion(product: 'pve' | 'pbs', backup: Side, host: Side): PreflightVerdict {
  const [saved = '', live = ''] = [backup.versions[product], host.versions[product]];
  const [savedMajor, liveMajor] = [majorOf(saved), majorOf(live)];
  const shared = { check: `${product}-version`, backup: saved, host: live };
  if (savedMajor === undefined || liveMajor === undefined) {
    return { ...shared, verdict: 'warn', message: 'The version of one side is not known.' };
  }
  if (savedMajor === liveMajor)
    return { ...shared, verdict: 'pass', message: 'The major version is the same.' };
  const message =
    savedMajor < liveMajor
      ? 'The backup is of an older major version: what may not fit the newer one is left out unless it is named.'
      : 'The backup is of a newer major version than this host: its configuration may hold what this one refuses.';
  return { ...shared, verdict: savedMajor < liveMajor ? 'warn' : 'fail', message };
}

const checkCluster: Check = ({ facts: saved }, { facts: live }) => {
  if (saved === undefined) return [];
  const backup = saved.cluster === undefined ? 'standalone' : `member of ${saved.cluster.name}`;
  const host = live?.cluster === undefined ? 'standalone' : `member of ${live.cluster.name}`;
  const isSame = backup === host;
  const message = isSame
    ? 'Both are in the same state.'
    : live?.cluster === undefined
      ? 'The backed-up host was a member of a cluster; to come back into it, it must be joined or recovered as a whole.'
      : 'This host is a member of a running cluster: its shared configuration is that of all members.';
  return [{ check: 'cluster', verdict: isSame ? 'pass' : 'warn', backup, host, message }];
};

const checkDisks: Check = ({ hardware: saved }, { hardware: live }) =>
  checkIds('disks', saved.diskIds, live.diskIds, 'disks', 'fstab, LVM, ZFS and datastores that are on them');

const checkCards: Check = ({ hardware: saved }, { hardware: live }) =>
  checkIds(
    'network-cards',
    saved.cardMacs,
    live.cardMacs,
    'network cards',
    'the network configuration that names them',
  );

function checkIds(
  check: string,
  saved: readonly string[] | undefined,
  live: readonly string[] | undefined,
  what: string,
  concerned: string,
): PreflightVerdict[] {
  if (saved === undefined || saved.length === 0) return [];
  const shared = {
    check,
    backup: `${saved.length} ${what}`,
    host: live === undefined ? '' : `${live.length} ${what}`,
  };
  if (live === undefined)
    return [{ ...shared, verdict: 'warn', message: `The ${what} of this machine are not known.` }];
  const missing = saved.filter((id) => !live.includes(id));
  if (missing.length === 0)
    return [{ ...shared, verdict: 'pass', message: `All ${what} of the backup are here.` }];
  const listed =
    missing.slice(0, 8).join(', ') + (missing.length > 8 ? ` and ${missing.length - 8} more` : '');
  return [{ ...shared, verdict: 'warn', message: `Missing here: ${listed}. That concerns ${concerned}.` }];
}

const checkMemory: Check = ({ hardware: saved }, { hardware: live }) => {
  if (saved.guestMemoryBytes === undefined || live.memoryBytes === undefined) return [];
  const fits = saved.guestMemoryBytes <= live.memoryBytes;
  return [
    {
      check: 'memory',
      verdict: fits ? 'pass' : 'warn',
      backup: `guests with ${formatBytes(saved.guestMemoryBytes)}`,
      host: formatBytes(live.memoryBytes),
      message: fits
        ? 'The memory is enough for all guests of the backup.'
        : 'All guests of the backup together want more memory than this machine has.',
    },
  ];
};

const checks: readonly Check[] = [
  checkArchitecture,
  checkBootMode,
  checkRootFilesystem,
  checkProducts,
  checkHostname,
  checkCluster,
  checkDisks,
  checkCards,
  checkMemory,
];
