// The systemd service of the relay: a user of its own that exists only while it runs, one directory to write in, no way to
// more rights. The configuration, which only root may read, comes in as a credential.

export interface RelayUnitRequest {
  /** Absolute path of the program. */
  program: string;
  /** Absolute path of the configuration. */
  configFile: string;
  /** Absolute paths; absent: no TLS. */
  tls?: { certFile: string; keyFile: string };
}

/** For `/etc/systemd/system/proxsave-relay.service`. RELAY_STATE must be the default: the unit owns that directory. */
export function renderRelayUnit({ program, configFile, tls }: RelayUnitRequest): string {
  const certificate =
    tls === undefined
      ? []
      : [
          `LoadCredential=relay.crt:${escapeSpecifiers(tls.certFile)}`,
          `LoadCredential=relay.key:${escapeSpecifiers(tls.keyFile)}`,
          'Environment=RELAY_TLS_CERT_FILE=%d/relay.crt RELAY_TLS_KEY_FILE=%d/relay.key',
        ];
  return `${[
    '[Unit]',
    'Description=ProxSave relay: notifications of many hosts',
    'Documentation=man:proxsave(1)',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${escapeProgram(program)} relay --config %d/backup.env`,
    `LoadCredential=backup.env:${escapeSpecifiers(configFile)}`,
    ...certificate,
    'Restart=on-failure',
    'RestartSec=5',
    'TimeoutStopSec=60',
    '',
    ...hardening,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`;
}

/** No MemoryDenyWriteExecute: the compiler inside of Node needs such memory. */
const hardening: readonly string[] = [
  'DynamicUser=yes',
  'StateDirectory=proxsave-relay',
  'StateDirectoryMode=0700',
  'UMask=0077',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'PrivateUsers=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'LockPersonality=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RemoveIPC=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'MemoryMax=512M',
  'TasksMax=64',
];

/** The first word of a command line: quoted where it holds more than plain characters. See systemd.service(5). */
function escapeProgram(path: string): string {
  const escaped = escapeSpecifiers(path);
  return /[\s"'\\;]/.test(path) ? `"${escaped.replaceAll(/["\\]/g, '\\$&')}"` : escaped;
}

/** In a unit `%` starts a specifier. */
function escapeSpecifiers(path: string): string {
  return path.replaceAll('%', '%%');
}
