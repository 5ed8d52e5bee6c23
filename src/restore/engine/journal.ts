// The journal of a restore: one JSON line an event, on disk before what it announces is done. Whatever moment a process is
// killed or the power fails, it tells which steps may have been begun. A line that was cut off counts as not written.

import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import type { RestoreDirectory } from './restore-directory.ts';

const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begun'), at: z.string() }),
  /** Contents and snapshot are complete and durable; nothing of the host has changed yet. */
  z.object({ event: z.literal('prepared'), at: z.string() }),
  /** Steps below this number are begun from now on. */
  z.object({ event: z.literal('applying'), at: z.string(), below: z.int().nonnegative() }),
  z.object({ event: z.literal('applied'), at: z.string() }),
  /** Steps from `begunSteps` on were not begun after all. */
  z.object({
    event: z.literal('failed'),
    at: z.string(),
    message: z.string(),
    begunSteps: z.int().nonnegative(),
  }),
  z.object({ event: z.literal('undoing'), at: z.string() }),
  z.object({ event: z.literal('undone'), at: z.string() }),
  /** Services and whatever else belonged to it are done, and the admin has confirmed what was to be confirmed. */
  z.object({ event: z.literal('finished'), at: z.string() }),
]);
export type JournalEvent = z.infer<typeof eventSchema>;
type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

export type RestoreStatus =
  'preparing' | 'prepared' | 'applying' | 'applied' | 'finished' | 'undoing' | 'undone';

export interface JournalState {
  status: RestoreStatus;
  /** Steps below this number may have changed something. */
  begunSteps: number;
  /** Message of the last failure. */
  failure?: string;
}

/** Appends and fsyncs. @throws the system's errors */
export function writeJournal(
  host: Host,
  directory: RestoreDirectory,
  event: WithoutTime<JournalEvent>,
): void {
  const line = JSON.stringify({ ...event, at: host.clock.now().toISOString() });
  const isNew = host.fs.lstatIfExists(directory.journal) === undefined;
  const fd = host.fs.openForAppend(directory.journal, 0o600);
  try {
    // The newline in front ends a line that was cut off; empty lines mean nothing.
    host.fs.write(fd, Buffer.from(`\n${line}\n`), null);
    host.fs.sync(fd);
  } finally {
    host.fs.close(fd);
  }
  if (isNew) host.fs.syncDirectory(directory.path);
}

export function readJournal(host: Host, directory: RestoreDirectory): JournalState {
  const state: JournalState = { status: 'preparing', begunSteps: 0 };
  for (const line of (host.fs.readTextIfExists(directory.journal) ?? '').split('\n')) {
    const event = parseEvent(line);
    if (event !== undefined) followEvent(state, event);
  }
  return state;
}

function parseEvent(line: string): JournalEvent | undefined {
  if (line === '') return undefined;
  try {
    return eventSchema.parse(JSON.parse(line));
  } catch {
    // Cut off while it was written: what it announced was not begun.
    return undefined;
  }
}

function followEvent(state: JournalState, event: JournalEvent): void {
  if (event.event === 'failed') {
    state.failure = event.message;
    state.begunSteps = Math.min(state.begunSteps, event.begunSteps);
    return;
  }
  state.status = event.event === 'begun' ? 'preparing' : event.event;
  if (event.event === 'applying') state.begunSteps = Math.max(state.begunSteps, event.below);
}
