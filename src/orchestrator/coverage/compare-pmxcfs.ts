// The database of the cluster file system beside the saved files of /etc/pve: two views of the same thing.

export interface PmxcfsComparison {
  /** Files in both with the same content. */
  same: number;
  /** In both, with other content: written between the two readings. Status files of HA change every few seconds. */
  changed: readonly string[];
  /** In the database and not among the saved files. */
  missing: readonly string[];
}

/** Locks come and go, and were left out of the files on purpose. */
const transient = /^priv\/lock(?:\/|$)/;

/**
 * @param rows path below /etc/pve -> hex SHA-256, of the database
 * @param files the same, of the saved files
 */
export function comparePmxcfs(
  rows: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string>,
): PmxcfsComparison {
  const changed: string[] = [];
  const missing: string[] = [];
  let same = 0;
  for (const [path, sha256] of rows) {
    const saved = files.get(path);
    if (saved === sha256) same += 1;
    else if (saved !== undefined) changed.push(path);
    else if (!transient.test(path)) missing.push(path);
  }
  return { same, changed, missing };
}
