// What a run does not trust: a configuration, or a file of recipients, that somebody else than root can change. Who can, decides
// what root runs and reads, and for whom archives are encrypted.

import type { LoadedConfig } from '../config/load-config.ts';
import { isSystemError, SecurityError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';

export interface SecurityCheck {
  /** What was corrected, or with CONTINUE_ON_SECURITY_ISSUES is wrong. */
  findings: readonly Finding[];
  /** Why the run must not go on. */
  refusal?: SecurityError;
}

interface Issue {
  path: RealPath;
  message: string;
  /** Bits of the mode that are not others' to have; 0: the owner is wrong. */
  excess: number;
}

/** `mayFix`: with AUTO_FIX_PERMISSIONS the mode is corrected, never the owner: what a stranger wrote must be looked at first. */
export function checkSecurity(
  host: Host,
  { values, file }: LoadedConfig,
  { mayFix }: { mayFix: boolean },
): SecurityCheck {
  if (!values.SECURITY_CHECK_ENABLED) return { findings: [] };
  const paths = [...(file === undefined ? [] : [file]), values.AGE_RECIPIENT_FILE];
  const issues = paths.flatMap((path) => issuesOf(host, path));
  const isFixed = (issue: Issue) => mayFix && values.AUTO_FIX_PERMISSIONS && fix(host, issue);
  const fixed: Issue[] = [];
  const open: Issue[] = [];
  for (const issue of issues) (isFixed(issue) ? fixed : open).push(issue);
  const findings = [
    ...fixed.map((issue) =>
      findingOf(issue, `${issue.message}; that was corrected`, 'see whether it is as you left it'),
    ),
    ...(values.CONTINUE_ON_SECURITY_ISSUES
      ? open.map((issue) => findingOf(issue, issue.message, hintFor(issue)))
      : []),
  ];
  const [first] = open;
  if (first === undefined || values.CONTINUE_ON_SECURITY_ISSUES) return { findings };
  const message = open.map((issue) => issue.message).join('\n');
  const hint = `${hintFor(first)}\nor go on all the same: CONTINUE_ON_SECURITY_ISSUES=true`;
  return { findings, refusal: new SecurityError(message, { hint }) };
}

function issuesOf(host: Host, path: RealPath): Issue[] {
  try {
    const { uid, gid, mode } = host.fs.stat(path);
    const isOurs = uid === 0 || uid === host.process.uid;
    if (!isOurs) return [{ path, message: `${path} belongs to user ${uid}, who can change it`, excess: 0 }];
    // The group of root has no other members than those whom root trusts.
    const excess = mode & (gid === 0 ? 0o002 : 0o022);
    return excess === 0 ? [] : [{ path, message: `others than its owner can change ${path}`, excess }];
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // Not there or not to be looked at: whoever needs it says so.
    return [];
  }
}

function fix(host: Host, { path, excess }: Issue): boolean {
  if (excess === 0) return false;
  try {
    host.fs.changeMode(path, host.fs.stat(path).mode & 0o7777 & ~0o022);
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

function hintFor({ path, excess }: Issue): string {
  return excess === 0
    ? `look at what it says, then: chown root ${path}`
    : `look at what it says, then: chmod go-w ${path}`;
}

function findingOf({ path }: Issue, message: string, hint: string): Finding {
  return { severity: 'warning', code: 'security-issue', path, message, hint };
}
