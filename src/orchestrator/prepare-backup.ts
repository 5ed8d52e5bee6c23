// Everything that a backup needs to know before it reads the first file. Nothing is written here, so a dry run and
// a real run prepare alike.

import { areas } from '../catalogue/index.ts';
import { planCollection, type CollectionPlan, type Selection } from '../collector/plan-collection.ts';
import { hostPathOf } from '../config/layout.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { UsageError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { createHost } from '../host/create-host.ts';
import type { HostFacts } from '../host/facts.ts';
import type { Host } from '../host/host.ts';
import { nearest } from '../config/nearest.ts';
import { ownOutputs } from './own-outputs.ts';

export interface PreparedBackup {
  source: Host;
  facts: HostFacts;
  plan: CollectionPlan;
  /** Host paths that are never saved: what ProxSave itself wrote. */
  isOwnOutput: (hostPath: string) => boolean;
  findings: readonly Finding[];
}

export interface PrepareRequest {
  config: LoadedConfig;
  selection: Selection;
  /** From sourceHostOf and detectFacts. */
  source: Host;
  facts: HostFacts;
}

/** @throws UsageError for an unknown area */
export function prepareBackup(
  host: Host,
  { config, selection, source, facts }: PrepareRequest,
): PreparedBackup {
  checkSelection(selection);
  const { values } = config;
  const plan = planCollection({ areas, values, facts, selection, knownPlaces: knownPlacesOf(host, config) });
  return {
    source,
    facts,
    plan,
    isOwnOutput: ownOutputs(source, values, plan.ownership),
    findings: [...config.findings, ...factFindings(facts)],
  };
}

/** SYSTEM_ROOT_PREFIX: ProxSave runs here, what it saves is mounted there. @throws UsageError when it is not */
export function sourceHostOf(host: Host, { values }: LoadedConfig): Host {
  const prefix = values.SYSTEM_ROOT_PREFIX;
  if (prefix === '' || host.root !== '/') return host;
  const root = host.resolve(prefix);
  if (host.fs.lstatIfExists(root)?.kind !== 'directory') {
    throw new UsageError(`SYSTEM_ROOT_PREFIX=${prefix} is not a directory`, {
      hint: 'mount the host there first',
    });
  }
  const { env, signal } = host;
  const source = createHost({ root, env, signal, useSystemCommands: values.HOST_BACKUP_MODE });
  source.mounts.setPatience(values.FS_IO_TIMEOUT * 1000);
  return source;
}

function checkSelection({ only, skip }: Selection): void {
  const known = areas.map((area) => area.id);
  if (only.length > 0 && only.every((id) => skip.includes(id))) {
    throw new UsageError(`--skip leaves nothing of --only ${only.join(',')}`, {
      hint: 'name each area in one of them',
    });
  }
  for (const id of [...only, ...skip]) {
    if (known.includes(id)) continue;
    const guess = nearest(id, known);
    throw new UsageError(
      `there is no area "${id}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`,
      {
        hint: `areas: ${known.join(', ')}`,
      },
    );
  }
}

function knownPlacesOf(host: Host, config: LoadedConfig): CollectionPlan['knownPlaces'] {
  return {
    ...(config.file === undefined ? {} : { 'config-file': hostPathOf(host, config.file) }),
    ...(config.layout === 'legacy' ? { 'base-directory': config.places.base } : {}),
  };
}

function factFindings(facts: HostFacts): Finding[] {
  return facts.leftovers.map((path) => {
    const isSaved = path.startsWith('/etc/');
    return {
      severity: 'info',
      code: 'product-leftover',
      path,
      message: `${path} is left over from a product that is not installed; it is ${isSaved ? 'saved with the rest of /etc' : 'not saved'}`,
      ...(isSaved ? {} : { hint: `CUSTOM_BACKUP_PATHS=${path} saves it too` }),
    };
  });
}
