// Names of network interfaces and the names that are made of them: eno1.100 (VLAN), eno1:0 (alias), eno1.100:0.

/** What the kernel accepts: IFNAMSIZ less the zero at the end. */
export const maxNameLength = 15;

export interface DerivedName {
  base: string;
  /** `.100`, `:0` or nothing. */
  suffix: string;
}

/** The card below a name. */
export function splitName(name: string): DerivedName {
  const at = name.search(/[.:]/);
  return at < 1 ? { base: name, suffix: '' } : { base: name.slice(0, at), suffix: name.slice(at) };
}

/** What the configuration calls a card that it names; `null`: there is no such card any more. */
export type Renames = ReadonlyMap<string, string | null>;

/** The new name of an interface; `null` when its card is gone, the name itself when nothing changes. */
export function renamed(name: string, renames: Renames): string | null {
  const { base, suffix } = splitName(name);
  const target = renames.get(base);
  if (target === undefined) return name;
  return target === null ? null : target + suffix;
}

/** Names of cards by their look, for backups without an inventory. */
export function looksLikeCard(name: string): boolean {
  return /^(nic\d|eth\d|en[opsx]|enP|ib[pso]?\d|wl[opsx]|wlan\d|sl[po]\d|lan\d|usb\d)/.test(name);
}
