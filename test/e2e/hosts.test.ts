// Whole fake hosts, healthy: what is saved of each, member by member, and that there is nothing to warn of.
// UPDATE_GOLDEN=1 writes the listings anew; the diff is then what a reviewer reads.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFixtureHost } from '../support/fixture-host.ts';
import { fixtureNames, type FixtureName } from '../support/fixture-manifest.ts';
import { isRoot } from '../support/needs.ts';
import { backUpInProcess } from '../support/run-in-process.ts';
import { savedArchive, savedEntries, type SavedEntry } from '../support/saved-archive.ts';
import { memberNames } from '../support/unpack.ts';

const goldenDirectory = join(import.meta.dirname, '../golden/hosts');

/** Area by area, in the order of the archive. */
function listing(entries: readonly SavedEntry[]): string {
  return [...Map.groupBy(entries, ({ area }) => area)]
    .map(([area, members]) => [`[${area}]`, ...members.map(memberLine), ''].join('\n'))
    .join('\n');
}

function memberLine({ type, mode, path, target, ...owner }: SavedEntry): string {
  const user = owner.user === '' ? owner.uid : owner.user;
  const group = owner.group === '' ? owner.gid : owner.group;
  const kinds = { file: '-', directory: 'd', symlink: 'l', hardlink: 'h' };
  const leadsTo = target === undefined ? '' : ` -> ${target}`;
  return `${kinds[type]}${mode} ${`${user}:${group}`.padEnd(15)} ${path}${leadsTo}`;
}

/** Another user than root owns all files of the fake host. */
function comparable(text: string): string {
  return isRoot ? text : text.replaceAll(/^(.\d{4}) \S+ +/gm, '$1 ');
}

function expectGolden(name: FixtureName, text: string): void {
  const path = join(goldenDirectory, `${name}.txt`);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  expect(comparable(text)).toBe(comparable(readFileSync(path, 'utf8')));
}

const isLeftOver = 'is left over from a product that is not installed; it is';
const leftovers = [
  `/etc/pve ${isLeftOver} saved with the rest of /etc`,
  `/var/lib/pve-cluster ${isLeftOver} not saved`,
  `/etc/proxmox-backup ${isLeftOver} saved with the rest of /etc`,
];

describe('a healthy host', () => {
  test.each(fixtureNames)('%s is saved whole, member by member, without a warning', async (name) => {
    const host = await makeFixtureHost(name);
    const { record } = await backUpInProcess(host);
    expect(record.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect([record.exit_name, record.status, record.verified]).toEqual(['ok', 'success', true]);
    const told = record.findings.filter(({ code }) => code !== 'command-failed');
    expect(told.map(({ message }) => message)).toEqual(name === 'debian-leftovers' ? leftovers : []);
    const archive = savedArchive(host);
    const entries = savedEntries(archive);
    const names = memberNames(archive).map((member) => member.replace(/\/$/, ''));
    expect(names).toEqual([...entries.map(({ path }) => path), 'var/lib/proxsave-info/index.json']);
    expectGolden(name, listing(entries));
  });
});
