// RCLONE_FLAGS on their way to rclone. Values of flags that are secrets go through the environment, where rclone looks for
// every flag as RCLONE_<FLAG>; arguments of a process are for everybody to read. Pure.

import { UsageError } from '../../errors.ts';

export interface RcloneFlags {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Value of --config, as it was given. */
  configFile?: string;
}

const secretFlag = /^--[\w-]*(?:pass|secret|token|key|header|credential|auth|account|sas-url)[\w-]*$/i;
const refusedFlags = ['-n', '--dry-run', '-i', '--interactive'];
/** Switches of one letter may be joined, `-vn`; in `-f` the rest is its value. */
const joinedSwitches = /^-[a-eg-zA-Z]*?([ni])/;

/**
 * @param words RCLONE_FLAGS, cut into arguments
 * @throws UsageError for flags with which nothing would be copied
 */
export function splitFlags(words: readonly string[]): RcloneFlags {
  const argv: string[] = [];
  const env: Record<string, string> = {};
  let configFile: string | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const { flag, value, isNextUsed } = readFlag(word, words[index + 1]);
    checkFlag(flag, word);
    if (flag === '--config' && value !== undefined) configFile = value;
    else if (secretFlag.test(flag) && value !== undefined && !(variableOf(flag) in env)) {
      env[variableOf(flag)] = value;
    } else {
      argv.push(word);
      continue;
    }
    if (isNextUsed) index += 1;
  }
  return { argv, env, ...(configFile === undefined ? {} : { configFile }) };
}

function readFlag(
  word: string,
  next: string | undefined,
): { flag: string; value: string | undefined; isNextUsed: boolean } {
  const equals = word.indexOf('=');
  if (word.startsWith('--') && equals > 0) {
    return { flag: word.slice(0, equals), value: word.slice(equals + 1), isNextUsed: false };
  }
  // A switch such as --ask-password has no value; what follows it then is another flag.
  const hasValue = next !== undefined && !next.startsWith('-');
  return { flag: word, value: hasValue ? next : undefined, isNextUsed: hasValue };
}

function checkFlag(flag: string, word: string): void {
  const joined = joinedSwitches.exec(word)?.[1];
  const refused = refusedFlags.includes(flag) ? flag : joined === undefined ? undefined : `-${joined}`;
  if (refused === undefined || word.endsWith('=false')) return;
  throw new UsageError(`RCLONE_FLAGS holds ${refused}: with it rclone copies nothing`, {
    hint: `take ${refused} out of RCLONE_FLAGS`,
  });
}

function variableOf(flag: string): string {
  return `RCLONE_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
}
