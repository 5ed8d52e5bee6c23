// A dry run: what a backup would read and where it would put it. Looks, and writes nothing whatever.

import type { Selection } from '../collector/plan-collection.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { isSystemError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { detectFacts } from '../host/detect-facts.ts';
import { proxmoxTypeOf, proxmoxVersionOf } from '../host/facts.ts';
import type { Host, RealPath } from '../host/host.ts';
import { prepareEncryption } from './archive-encryption.ts';
import { prepareBackup, sourceHostOf } from './prepare-backup.ts';
import { surveyCollection, type AreaSurvey } from './survey.ts';

export interface AreaPlan extends AreaSurvey {
  title: string;
  state: 'enabled' | 'disabled' | 'not-this-product';
  reason?: string;
}

export interface BackupPlan {
  hostname: string;
  proxmoxType: string;
  proxmoxVersion: string;
  areas: readonly AreaPlan[];
  files: number;
  bytes: number;
  target: RealPath;
  availableBytes?: number;
  compression: string;
  isEncrypted: boolean;
  findings: readonly Finding[];
}

export async function planBackup(
  host: Host,
  config: LoadedConfig,
  selection: Selection,
): Promise<BackupPlan> {
  const source = sourceHostOf(host, config);
  const facts = await detectFacts(source);
  // A run that would stop for lack of a recipient stops here too.
  (await prepareEncryption(host, config))?.forget();
  const prepared = prepareBackup(host, { config, selection, source, facts });
  const findings = [...prepared.findings];
  const survey = await surveyCollection(prepared.source, {
    plan: prepared.plan,
    isOwnOutput: prepared.isOwnOutput,
    report: (finding) => findings.push(finding),
    signal: host.signal,
  });
  const surveys = new Map(survey.areas.map((area) => [area.areaId, area]));
  const { BACKUP_PATH, COMPRESSION_TYPE } = config.values;
  const availableBytes = freeBytes(host, BACKUP_PATH);
  return {
    hostname: prepared.facts.hostname,
    proxmoxType: proxmoxTypeOf(prepared.facts),
    proxmoxVersion: proxmoxVersionOf(prepared.facts),
    areas: prepared.plan.areas.map(({ area, status }) => ({
      ...(surveys.get(area.id) ?? {
        areaId: area.id,
        files: 0,
        directories: 0,
        links: 0,
        bytes: 0,
        commands: 0,
      }),
      title: area.title,
      ...status,
    })),
    files: survey.files,
    bytes: survey.bytes,
    target: BACKUP_PATH,
    ...(availableBytes === undefined ? {} : { availableBytes }),
    compression: COMPRESSION_TYPE,
    isEncrypted: config.values.ENCRYPT_ARCHIVE,
    findings,
  };
}

/** Of the target, or of the nearest directory above it that exists. */
function freeBytes(host: Host, directory: RealPath): number | undefined {
  let path: string = directory;
  for (;;) {
    try {
      return host.fs.space(path as RealPath).availableBytes;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (path === '/') return undefined;
      path = path.slice(0, path.lastIndexOf('/')) || '/';
    }
  }
}
