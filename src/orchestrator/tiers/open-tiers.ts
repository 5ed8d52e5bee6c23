// The tiers of this installation, as the configuration names them: the primary one always, the others when enabled.

import type { LoadedConfig } from '../../config/load-config.ts';
import { UsageError } from '../../errors.ts';
import type { ReportFinding } from '../../findings.ts';
import type { Host, RealPath } from '../../host/host.ts';
import { createDirectoryStore } from '../../storage/directory-store.ts';
import type { Store, TierName } from '../../storage/store.ts';
import { openHeadCache, type HeadCache } from './head-cache.ts';

export interface Tier {
  name: TierName;
  store: Store;
  /** Only where each read is slow. */
  heads?: HeadCache;
  /** Where copies of the logs go; undefined: nowhere. */
  openLogStore: () => Promise<Store | undefined>;
  /** A failing copy fails the run, instead of a warning. */
  isRequired: boolean;
  /** Ends what works for the tier in the background. */
  close: () => void;
}

export interface TierContext {
  config: LoadedConfig;
  installId: string;
  report: ReportFinding;
}

/** Names of the enabled tiers, in the order in which they are served. */
export function enabledTiers({ values }: LoadedConfig): TierName[] {
  return [
    'primary',
    ...(values.SECONDARY_ENABLED ? (['secondary'] as const) : []),
    ...(values.CLOUD_ENABLED ? (['cloud'] as const) : []),
  ];
}

/** Names on the command line. */
export const tierNames = ['primary', 'secondary', 'cloud'] as const satisfies readonly TierName[];

/** @throws UsageError when a tier that is asked for is switched off */
export function demandEnabled(config: LoadedConfig, name: TierName): void {
  if (enabledTiers(config).includes(name)) return;
  const key = name === 'secondary' ? 'SECONDARY_ENABLED' : 'CLOUD_ENABLED';
  throw new UsageError(`there is no ${name} tier: ${key} is false`, {
    hint: `set ${key}=true and where it lies; see what is set: proxsave config show`,
  });
}

/** @throws UsageError when the keys of the tier cannot be used together */
export async function openTier(host: Host, name: TierName, context: TierContext): Promise<Tier> {
  if (name === 'secondary') return openSecondary(host, context);
  if (name === 'cloud') return openCloud(host, context);
  const { config, installId } = context;
  const store = createDirectoryStore(host, 'primary', config.values.BACKUP_PATH, { installId });
  return { name, store, openLogStore: nowhere, isRequired: true, close: () => undefined };
}

const nowhere = () => Promise.resolve(undefined);

async function openSecondary(host: Host, { config, installId, report }: TierContext): Promise<Tier> {
  const { values, places } = config;
  const { createSecondaryStore } = await import('../../storage/secondary-store.ts');
  const open = (path: RealPath) =>
    createSecondaryStore(host, { path, values, installId, stateDirectory: places.state, report });
  const { SECONDARY_PATH: path, SECONDARY_LOG_PATH: logPath } = values;
  // The configuration is refused without it; this is for the compiler.
  if (path === undefined) throw new Error('SECONDARY_ENABLED without SECONDARY_PATH');
  const store = open(path);
  const opened = [store];
  return {
    name: 'secondary',
    store,
    openLogStore: () => {
      if (logPath === undefined) return Promise.resolve(undefined);
      const logStore = open(logPath);
      opened.push(logStore);
      return Promise.resolve(logStore);
    },
    isRequired: values.SECONDARY_REQUIRED,
    close: () => {
      for (const each of opened) each.close();
    },
  };
}

async function openCloud(host: Host, { config, installId }: TierContext): Promise<Tier> {
  const { values, places } = config;
  const { createCloudLogStore, createCloudStore } = await import('../../storage/rclone/cloud-store.ts');
  const store = createCloudStore(host, values, installId);
  return {
    name: 'cloud',
    store,
    heads: openHeadCache(host, places.state, store),
    openLogStore: () => Promise.resolve(createCloudLogStore(host, values, installId)),
    isRequired: values.CLOUD_REQUIRED,
    close: () => undefined,
  };
}

/** Where a tier lies, as far as the configuration says it. */
export function placeOfTier({ values }: LoadedConfig, name: TierName): string {
  if (name === 'primary') return values.BACKUP_PATH;
  return name === 'secondary' ? (values.SECONDARY_PATH ?? '') : values.CLOUD_REMOTE;
}
