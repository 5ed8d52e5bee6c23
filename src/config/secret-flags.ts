// Secrets among the arguments for a program: `--sftp-pass X`, `--password=X`.

import { secretMask, type Covered } from '../ui/redact.ts';
import { parseWords } from './parse-list.ts';

/** Flags whose values are secrets, by what their names hold. */
const flagName = String.raw`--?[\w-]*(?:pass|secret|token|key)[\w-]*`;
const secretFlag = new RegExp(`^${flagName}$`, 'i');
const restBehindSecretFlag = new RegExp(String.raw`(?:^|\s)["']?${flagName}[\s=]+(.+)$`, 'is');

/** The same arguments with a mask for each value of such a flag. */
export function maskFlags(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const [flag = ''] = word.split('=', 1);
    if (flag !== word) return secretFlag.test(flag) ? `${flag}=${secretMask}` : word;
    const isValue = secretFlag.test(words[index - 1] ?? '') && !word.startsWith('--');
    return isValue ? secretMask : word;
  });
}

/** `text`: all arguments, as parseWords takes them. */
export function secretsOfFlags(text: string): Covered[] {
  const parsed = parseWords(text);
  if ('problem' in parsed) return restBehindFlag(text);
  const masked = maskFlags(parsed.value);
  return parsed.value.flatMap((word, index) => {
    const shown = masked[index] ?? word;
    const value = word.slice(shown.length - secretMask.length);
    // The value of a switch (`--ask-password=false`) is no secret.
    if (shown === word || /^(?:true|false)$/i.test(value)) return [];
    return [
      { text: word, shown },
      { text: value, shown: secretMask },
    ];
  });
}

/** A quote is missing: nobody knows where the value ends. */
function restBehindFlag(text: string): Covered[] {
  const match = restBehindSecretFlag.exec(text);
  return (match?.[1] ?? '').split('\n').map((line) => ({ text: line.trim(), shown: secretMask }));
}
