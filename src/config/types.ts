// Types of the configuration: what one row of the option table looks like, and what loading gives.

export type OptionKind =
  | 'bool'
  | 'int'
  | 'float'
  | 'size'
  | 'duration'
  | 'seconds'
  | 'enum'
  | 'string'
  | 'list'
  | 'int-list'
  | 'words'
  | 'host-path'
  | 'own-path'
  | 'time-of-day';

/** Where ProxSave's own files lie by default; see layouts in config/layout.ts. */
export type OwnPlace = 'backups' | 'log' | 'lock' | 'recipients' | 'secure-account' | 'metrics';

export interface OptionBase {
  section: string;
  /** One or two sentences for template and reference. */
  doc: string;
  secret?: true;
  /** Older names, still read. `inverse`: the older key means the opposite. */
  aliases?: readonly (string | { name: string; inverse: true })[];
  /** Accepted but without effect; the text says why. */
  ignored?: string;
}
