// The partition table of every disk, in the form that `sfdisk /dev/DISK` reads back: it ignores the # lines, so the
// section of one disk can be cut out and used as it is.

import type { Finding } from '../../findings.ts';
import { hostNames, hostPathKind, readHostText } from '../../host/detect-text.ts';
import type { Host } from '../../host/host.ts';
import { askProgram, mapFew, oneDocument, type InventoryResult } from './inventory.ts';

const blockDirectory = '/sys/block';
/** Memory disks, optical drives, mapped devices, and volumes whose tables are those of guests. */
const notADisk = /^(loop|ram|zram|sr|fd|dm-|nbd|zd|rbd|drbd)/;
const maxDisks = 512;
const sectorBytes = 512;

export async function inventoryPartitions(host: Host): Promise<InventoryResult> {
  const disks = hostNames(host, blockDirectory).filter(
    (name) => !notADisk.test(name) && sizeOf(host, name) > 0,
  );
  const findings: Finding[] = [];
  if (disks.length > maxDisks) {
    findings.push({
      severity: 'warning',
      code: 'partition-tables-cut',
      message: `this host has ${disks.length} disks; the partition tables of the first ${maxDisks} are saved`,
    });
  }
  const sections = await mapFew(disks.slice(0, maxDisks), (name) => describeDisk(host, name, findings));
  return oneDocument(sections.join('\n'), findings);
}

function sizeOf(host: Host, name: string): number {
  return Number(readHostText(host, `${blockDirectory}/${name}/size`) ?? 0) * sectorBytes;
}

async function describeDisk(host: Host, name: string, findings: Finding[]): Promise<string> {
  // The kernel writes a slash in a device name as an exclamation mark.
  const device = `/dev/${name.replaceAll('!', '/')}`;
  const model = readHostText(host, `${blockDirectory}/${name}/device/model`)?.trim() ?? '';
  const head = `# ${device}, ${sizeOf(host, name)} bytes${model === '' ? '' : `, ${model}`}`;
  if (host.root === '/' && hostPathKind(host, device) === 'absent')
    return `${head}\n# has no device node here\n`;
  const result = await askProgram(host, ['sfdisk', '--dump', device], findings);
  if (result.status === 'ok') return `${head}\n${result.stdout.toString('utf8')}`;
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  const reason = result.status === 'missing' ? 'sfdisk is not available' : said;
  return `${head}\n# no partition table read${reason === '' ? '' : `: ${reason}`}\n`;
}
