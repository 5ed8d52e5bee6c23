// What rclone writes to stderr with --use-json-log: one JSON object a line, some with statistics; and plain lines when it
// ends badly (`2026/11/25 10:32:45 Failed to lsjson: ...`). Pure.

import { z } from 'zod';

export interface LogReader {
  /** Takes a line; true when it shows that rclone has got on since the last one. */
  read(line: string): boolean;
  /** Messages of errors and notices, the last few, each once. */
  messages(): readonly string[];
}

const logLine = z.object({
  level: z.string().optional(),
  msg: z.string().optional(),
  object: z.string().optional(),
  stats: z
    .object({
      bytes: z.number().catch(0),
      checks: z.number().catch(0),
      transfers: z.number().catch(0),
      renames: z.number().catch(0),
      deletes: z.number().catch(0),
    })
    .optional(),
});

const messagesKept = 8;
const longestMessage = 600;

/** `onBytes`: all bytes that this run of rclone has moved so far. */
export function createLogReader(onBytes?: (total: number) => void): LogReader {
  const messages: string[] = [];
  let progress = '';
  const keep = (message: string) => {
    const text = message.slice(0, longestMessage);
    if (text === '' || messages.includes(text)) return;
    messages.push(text);
    if (messages.length > messagesKept) messages.shift();
  };
  return {
    read: (line) => {
      const entry = parseLine(line);
      if (entry === undefined) {
        keep(plainMessage(line));
        return false;
      }
      const { stats } = entry;
      if (stats === undefined) {
        if (entry.level !== 'info' && entry.level !== 'debug') keep(messageOf(entry));
        return false;
      }
      onBytes?.(stats.bytes);
      const now = JSON.stringify([stats.bytes, stats.checks, stats.transfers, stats.renames, stats.deletes]);
      const hasGotOn = now !== progress && (progress !== '' || stats.bytes > 0);
      progress = now;
      return hasGotOn;
    },
    messages: () => messages,
  };
}

function parseLine(line: string): z.infer<typeof logLine> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return logLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function messageOf({ msg = '', object = '' }: z.infer<typeof logLine>): string {
  const text = msg.replace(/^Attempt \d+\/\d+ failed with \d+ errors? and: /, '').trim();
  return object === '' || text.includes(object) ? text : `${object}: ${text}`;
}

/** Without time and the words that only repeat which command it was. */
function plainMessage(line: string): string {
  return line
    .replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /, '')
    .replace(/^(?:ERROR|NOTICE|CRITICAL) *: /, '')
    .replace(/^Failed to [\w ]+?(?: with \d+ errors)?: (?:last error was: )?/, '')
    .trim();
}
