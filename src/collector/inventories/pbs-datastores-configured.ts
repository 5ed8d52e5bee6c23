// The datastores of a backup server: those in datastore.cfg, and directories that the user names besides.

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ConfigValues } from '../../config/options.ts';
import type { Host } from '../../host/host.ts';
import { propertyOf, type ConfigSection } from '../../host/section-config.ts';
import { fileKey, sanitiseName } from '../../util/file-key.ts';
import { readPbsSections } from '../lists/pbs-sections.ts';

export interface Datastore {
  name: string;
  /** The name as part of file names. */
  key: string;
  /** Absolute path on the host. */
  path: string;
  /** `override`: named by PBS_DATASTORE_PATH, unknown to the backup server. */
  origin: 'config' | 'override';
  comment?: string;
  /** E.g. `type=s3,client=...,bucket=...`: `path` is only a cache then. */
  backend?: string;
  /** UUID of the file system of a removable datastore. */
  backingDevice?: string;
  maintenanceMode?: string;
}

/** Where the server mounts removable datastores; their `path` is relative to it. */
const removableDirectory = '/mnt/datastore';

export function configuredDatastores(host: Host, values: ConfigValues): Datastore[] {
  const configured = readPbsSections(host, values, 'datastore.cfg')
    .filter((section) => section.type === 'datastore' && section.id !== '')
    .map(datastoreOf);
  const known = new Set(configured.map(({ path }) => path));
  const named = values.PBS_DATASTORE_PATH.map((path) => posix.resolve('/', path));
  const others = [...new Set(named)].filter((path) => !known.has(path)).map(overrideOf);
  return [...configured, ...others];
}

function datastoreOf(section: ConfigSection): Datastore {
  const optional = {
    comment: propertyOf(section, 'comment'),
    backend: propertyOf(section, 'backend'),
    backingDevice: propertyOf(section, 'backing-device'),
    maintenanceMode: propertyOf(section, 'maintenance-mode'),
  };
  const path = propertyOf(section, 'path') ?? '';
  const mountPoint = optional.backingDevice === undefined ? '/' : `${removableDirectory}/${section.id}`;
  return {
    name: section.id,
    key: fileKey(section.id),
    path: posix.join(mountPoint, path).replace(/(?<=.)\/$/, ''),
    origin: 'config',
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function overrideOf(path: string): Datastore {
  const name = posix.basename(path);
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return { name, key: `${sanitiseName(name)}_${digest}`, path, origin: 'override' };
}
