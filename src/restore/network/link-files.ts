// systemd.link(5) files give cards their names by address; Proxmox VE 9 pins nic0, nic1 ... with them. They take effect at
// the next boot, so whoever writes names into interfaces must know what they will be called then.

import type { Card } from './nic-inventory.ts';
import type { NetworkNote, NetworkTexts } from './network-types.ts';

interface LinkFile {
  path: string;
  macs: readonly string[];
  /** Undefined: the file names nothing. */
  name?: string;
}

export interface LinkPlan {
  /** Files of the backup that are not put in place. */
  dropped: ReadonlySet<string>;
  /** Live name -> name after the next boot, for cards whose name changes. */
  namesAtBoot: ReadonlyMap<string, string>;
  notes: NetworkNote[];
}

export function isLinkFile(path: string): boolean {
  return path.startsWith('/etc/systemd/network/') && path.endsWith('.link');
}

export function planLinkFiles(archived: NetworkTexts, live: NetworkTexts, cards: readonly Card[]): LinkPlan {
  const notes: NetworkNote[] = [];
  const dropped = new Set<string>();
  const links = linksOf(archived);
  for (const link of links) {
    if (link.macs.length > 0 && !cards.some((card) => matches(link, card))) {
      dropped.add(link.path);
      notes.push({
        severity: 'info',
        what: 'left out: its network card is not in this host',
        file: link.path,
      });
    } else if (link.macs.length === 0 && live.get(link.path) !== archived.get(link.path)) {
      const what = 'names cards by a rule; names may change at the next boot';
      notes.push({ severity: 'warning', what, file: link.path });
    }
  }
  const names = namesAfterBoot(links, live, cards, dropped);
  if (new Set(names.values()).size === cards.length) return { dropped, namesAtBoot: changesOf(names), notes };
  // Two cards of one name: the kernel would refuse one of them. The names of this host stay.
  for (const link of links) {
    if (link.macs.length === 0 || dropped.has(link.path)) continue;
    dropped.add(link.path);
    notes.push({
      severity: 'warning',
      what: `left out: another card of this host is called ${link.name ?? 'so'} already`,
      file: link.path,
    });
  }
  return { dropped, namesAtBoot: changesOf(namesAfterBoot(links, live, cards, dropped)), notes };
}

function changesOf(names: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...names].filter(([before, after]) => before !== after));
}

/** The first file by name that matches a card decides; a file of the backup takes the place of a live one. */
function namesAfterBoot(
  archived: readonly LinkFile[],
  live: NetworkTexts,
  cards: readonly Card[],
  dropped: ReadonlySet<string>,
): Map<string, string> {
  const kept = archived.filter(({ path }) => !dropped.has(path));
  const replaced = new Set(kept.map(({ path }) => path));
  const all = [...linksOf(live).filter(({ path }) => !replaced.has(path)), ...kept].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  return new Map(
    cards.map((card) => [card.name, all.find((link) => matches(link, card))?.name ?? card.name]),
  );
}

function linksOf(texts: NetworkTexts): LinkFile[] {
  return [...texts].flatMap(([path, text]) => (isLinkFile(path) ? [parseLinkFile(path, text)] : []));
}

function parseLinkFile(path: string, text: string): LinkFile {
  const values = (section: string, key: string) =>
    sectionOf(text, section).flatMap((line) => {
      const [, name, value] = /^([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return name === key && value !== undefined ? value.split(/\s+/) : [];
    });
  const macs = [...values('Match', 'MACAddress'), ...values('Match', 'PermanentMACAddress')]
    .map((mac) => mac.toLowerCase().replaceAll('-', ':'))
    .filter((mac) => mac !== '');
  const name = values('Link', 'Name').at(-1);
  return { path, macs, ...(name === undefined || name === '' ? {} : { name }) };
}

function sectionOf(text: string, section: string): string[] {
  let current = '';
  return text.split(/\r?\n/).filter((line) => {
    const [, header] = /^\[(.+)\]\s*$/.exec(line) ?? [];
    if (header !== undefined) current = header;
    return header === undefined && current === section;
  });
}

function matches({ macs }: LinkFile, card: Card): boolean {
  return [card.permanentMac, card.mac].some((mac) => mac !== undefined && macs.includes(mac));
}
