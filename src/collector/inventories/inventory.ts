// What an inventory module gives, and how it asks the host's programs: few at a time, each bounded.

import type { ConfigValues } from '../../config/options.ts';
import type { HostFacts } from '../../host/facts.ts';
import type { Finding } from '../../findings.ts';
import type { Host } from '../../host/host.ts';
import type { RunResult } from '../../host/programs.ts';

export interface InventoryResult {
  /**
   * Contents by path below the item's output; the empty path is the output itself. Empty contents, of which this host has
   * nothing, are not saved.
   */
  files: ReadonlyMap<string, string>;
  /** Without `area`: the collector knows it. */
  findings: readonly Finding[];
}

export type Inventory = (host: Host, facts: HostFacts, values: ConfigValues) => Promise<InventoryResult>;

/** The result of a module that makes one document. */
export function oneDocument(content: string, findings: readonly Finding[] = []): InventoryResult {
  return { files: new Map([['', content]]), findings };
}

const commandTimeoutMs = 5_000;
const maxOutputBytes = 1024 * 1024;
const concurrency = 4;

/** Collects a finding for a program that hangs or floods; that it fails is normal for hardware tools. */
export async function askProgram(
  host: Host,
  argv: readonly [string, ...string[]],
  findings: Finding[],
): Promise<RunResult> {
  const result = await host.commands.run({
    argv,
    timeoutMs: commandTimeoutMs,
    maxOutputBytes,
    signal: host.signal,
  });
  if (result.status === 'timeout' || result.status === 'flooded') {
    const commandLine = argv.join(' ');
    const why =
      result.status === 'timeout'
        ? `gave no answer within ${commandTimeoutMs / 1000} s`
        : 'printed far too much';
    findings.push({
      severity: 'warning',
      code: `command-${result.status}`,
      path: commandLine,
      message: `\`${commandLine}\` ${why} and was stopped; the inventory lacks what it would have told`,
    });
  }
  return result;
}

/** Like Promise.all over `map`, with a few running at a time; results in the order of the items. */
export async function mapFew<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  limit = concurrency,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
