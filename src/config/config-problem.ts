// An error in the configuration as a value, and the one message that is made of all of them.

import { UsageError } from '../errors.ts';
import type { Finding, Severity } from '../findings.ts';

export interface ConfigProblem {
  /** `FILE:LINE`, `environment` or `command line`. */
  where: string;
  /** Line in the file. */
  line?: number | undefined;
  /** The whole sentence, with key and value; never the value of a secret. */
  message: string;
  allowed?: string;
  hint?: string;
  /** The key only says how runs are told about (see isOfChannel): no reason not to make a backup. */
  isOfChannel?: true;
}

/** Where the steps of loading put what they notice. */
export interface Notes {
  problems: ConfigProblem[];
  findings: Finding[];
}

/** Notes a finding about the configuration; `where` goes in front of the message. */
export function note(
  notes: Notes,
  severity: Severity,
  code: string,
  about: { where: string; message: string; hint?: string | undefined },
): void {
  const finding: Finding = { severity, code, message: `${about.where}: ${about.message}` };
  if (about.hint !== undefined) finding.hint = about.hint;
  notes.findings.push(finding);
}

/** A problem that stops nothing, as a run tells it. */
export function problemAsWarning({ where, message, allowed, hint }: ConfigProblem): Finding {
  const advice = [hint, allowed === undefined ? undefined : `allowed: ${allowed}`];
  const given = advice.filter((text) => text !== undefined).join('; ');
  const finding = {
    severity: 'warning',
    code: 'config-wrong-value',
    message: `${where}: ${message}`,
  } as const;
  return given === '' ? finding : { ...finding, hint: given };
}

export function configError(problems: readonly ConfigProblem[]): UsageError {
  const count = problems.length === 1 ? 'an error' : `${problems.length} errors`;
  return new UsageError([`the configuration has ${count}:`, ...problems.map(problemText)].join('\n'), {
    hint: 'correct it, then look at the result: proxsave config check',
  });
}

export function problemText({ where, message, allowed, hint }: ConfigProblem): string {
  const lines = [`  ${where}: ${message}`];
  if (hint !== undefined) lines.push(`      ${hint}`);
  if (allowed !== undefined) lines.push(`      allowed: ${allowed}`);
  return lines.join('\n');
}
