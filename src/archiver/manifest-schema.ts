// Parses manifests at the border. Apart from manifest.ts, because writing an archive needs no parser. The keys are those of
// manifest.ts; the first ones are the existing edition's, the others only this edition writes.

import { z } from 'zod';

export const manifestSchema = z.looseObject({
  archive_path: z.string().catch(''),
  archive_size: z.number().catch(0),
  sha256: z.string().catch(''),
  created_at: z.string(),
  compression_type: z.string().catch(''),
  compression_level: z.number().catch(0),
  compression_mode: z.string().optional(),
  proxmox_type: z.string().catch('unknown'),
  proxmox_targets: z.array(z.string()).optional(),
  proxmox_version: z.string().optional(),
  pve_version: z.string().optional(),
  pbs_version: z.string().optional(),
  hostname: z.string().catch(''),
  script_version: z.string().optional(),
  encryption_mode: z.string().optional(),
  cluster_mode: z.string().optional(),
  passphrase_salt: z.string().optional(),
  // From here on: keys that only ProxSave (this edition) writes.
  /** Version of this extension. 1. */
  schema_version: z.number().optional(),
  /** Which installation made it; retention only ever acts on its own. */
  install_id: z.string().optional(),
  /** Public keys that the archive is encrypted for. */
  recipients: z.array(z.string()).optional(),
  /** `complete`, or `partial` when errors kept whole areas out. */
  status: z.enum(['complete', 'partial']).optional(),
  /** RFC 3339; present when the archive was read back and every hash agreed. */
  verified_at: z.string().optional(),
  /** Entries in the archive's index (files, links, directories). */
  entry_count: z.number().optional(),
  file_count: z.number().optional(),
  /** Sum of all file contents, bytes. */
  content_bytes: z.number().optional(),
  warning_count: z.number().optional(),
  error_count: z.number().optional(),
  areas: z.array(z.object({ id: z.string(), files: z.number(), bytes: z.number() })).optional(),
  /** SHA-256 (hex) of the manifest as renderManifest writes it, without this key. */
  manifest_sha256: z.string().optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
