import { bool, intList, list, section } from '../kinds.ts';

export const security = section('security', 'Security checks', 'What is checked before each run.', {
  SECURITY_CHECK_ENABLED: bool({
    default: 'true',
    aliases: [{ name: 'FULL_SECURITY_CHECK' }],
    doc: 'Check before a backup that nobody but root can change the configuration and AGE_RECIPIENT_FILE.',
  }),
  AUTO_FIX_PERMISSIONS: bool({
    default: 'true',
    doc: 'Correct the mode of a file that others can change, with a warning. A file of another owner is never corrected.',
  }),
  CONTINUE_ON_SECURITY_ISSUES: bool({
    default: 'false',
    aliases: [{ name: 'ABORT_ON_SECURITY_ISSUES', inverse: true }],
    doc: 'Go on, with a warning, when the check finds what cannot be corrected. With false the run ends with exit code 14.',
  }),
  CHECK_NETWORK_SECURITY: bool({
    default: 'false',
    doc: 'Without effect yet. Also check firewall and open ports, as far as CHECK_FIREWALL and CHECK_OPEN_PORTS allow.',
  }),
  CHECK_FIREWALL: bool({
    default: 'false',
    doc: 'Without effect yet. Warn when no firewall rules are in force.',
  }),
  CHECK_OPEN_PORTS: bool({
    default: 'false',
    doc: 'Without effect yet. Warn about public listeners on SUSPICIOUS_PORTS.',
  }),
  SUSPICIOUS_PORTS: intList({
    default: '6666 6665 1337 31337 4444 5555 4242 6324 8888 2222 3389 5900',
    doc: 'Without effect yet. Ports that CHECK_OPEN_PORTS reports.',
  }),
  PORT_WHITELIST: list({
    default: '',
    items: 'name',
    doc: 'Without effect yet. Listeners that are fine, as program:port.',
  }),
  SUSPICIOUS_PROCESSES: list({
    default: '',
    items: 'text',
    doc: 'Without effect yet. Process names to warn about, besides the built-in ones.',
  }),
  SAFE_PROCESSES: list({
    default: '',
    items: 'text',
    doc: 'Without effect yet. Process names that are never reported.',
  }),
  SAFE_BRACKET_PROCESSES: list({
    default: '',
    items: 'text',
    doc: 'Without effect yet. Names in brackets that are fine though they are no kernel threads, besides the built-in ones.',
  }),
  SAFE_KERNEL_PROCESSES: list({
    default: '',
    items: 'text',
    doc: 'Without effect yet. Names of kernel threads, besides the built-in ones: exact, name* or regex:expression.',
  }),
});
