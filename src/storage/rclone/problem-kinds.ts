// Which kind of problem rclone met. It has exit codes for little more than "not found"
// (https://rclone.org/docs/#exit-code), so the kind is read from its last messages; tested with real servers. Pure.

export type RcloneProblem =
  | 'program'
  | 'remote'
  | 'auth'
  | 'path'
  | 'network'
  | 'timeout'
  | 'not-found'
  | 'full'
  | 'rate-limit'
  | 'server'
  | 'other';

interface Kind {
  problem: RcloneProblem;
  text: RegExp;
  /** HTTP status. */
  codes?: readonly number[];
}

/** The first that fits counts. */
const kinds: readonly Kind[] = [
  // A range that starts behind the end of the file.
  { problem: 'not-found', text: /invalid range|range not satisfiable/i, codes: [416] },
  {
    problem: 'program',
    text: /unknown (?:shorthand )?flag|unknown command|invalid argument .* for .*flag|(?:unable to|failed to|couldn't) decrypt configuration|configuration file is encrypted|config.*password/i,
  },
  {
    problem: 'remote',
    text: /didn't find section in config file|didn't find backend called|not found in config|unknown backend/i,
  },
  {
    problem: 'full',
    text: /insufficient storage|no space left|quota ?(?:has been )?(?:exceeded|limit)|storageQuotaExceeded|over ?quota|insufficient_space|disk (?:is )?full|EDQUOT|QuotaExceeded/i,
    codes: [507],
  },
  {
    problem: 'rate-limit',
    text: /too many requests|rate.?limit|SlowDown|too_many_(?:requests|write_operations)|Reduce your request rate/i,
    codes: [429],
  },
  {
    problem: 'auth',
    text: /unauthori[sz]ed|unable to authenticate|authentication fail|invalid_grant|token (?:has )?(?:been )?expired|expired_access_token|invalid_?access_?token|couldn't fetch token|empty token found|InvalidAccessKeyId|SignatureDoesNotMatch|RequestTimeTooSkewed|AuthFailure|login incorrect|bad user\/password|\b530 |knownhosts|host key|NoCredentialProviders|invalid_client|logon fail/i,
    codes: [401],
  },
  {
    problem: 'path',
    text: /forbidden|access ?denied|permission denied|operation not permitted|read-only file system|insufficientPermissions|not a directory|is a file|invalid ?bucket/i,
    codes: [403],
  },
  {
    problem: 'timeout',
    text: /i\/o timeout|deadline exceeded|timeout awaiting|TLS handshake timeout|timed? ?out|Client\.Timeout/i,
    codes: [408, 504],
  },
  {
    problem: 'network',
    text: /no such host|connection refused|connection reset|network is unreachable|no route to host|broken pipe|\bEOF\b|server misbehaving|dial tcp|connection (?:lost|closed|aborted)|x509|certificate|tls:|use of closed network|transport connection broken|server closed/i,
  },
  {
    problem: 'server',
    text: /internal (?:server )?error|bad gateway|service unavailable/i,
    codes: [500, 501, 502, 503, 505, 506, 508, 509],
  },
  {
    problem: 'not-found',
    text: /directory not found|object not found|file not found|doesn't exist|no such file or directory|NoSuchBucket|NoSuchKey|not_found/i,
    codes: [404],
  },
];

/** @param exitCode of rclone; 3 and 4 are its "directory" and "file not found" */
export function problemOf(exitCode: number | null, text: string): RcloneProblem {
  const codes = statusCodesIn(text);
  const found = kinds.find((kind) => kind.text.test(text) || kind.codes?.some((code) => codes.has(code)));
  if (found !== undefined) return found.problem;
  return exitCode === 3 || exitCode === 4 ? 'not-found' : 'other';
}

/** Numbers that stand alone; not parts of names, addresses and ports. */
function statusCodesIn(text: string): Set<number> {
  const matches = text.matchAll(/(?<![.:/_\d-])\b[45]\d\d\b(?![._\d-]|:\d)/g);
  return new Set([...matches].map(([code]) => Number(code)));
}
