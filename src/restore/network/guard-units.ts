// Texts of the two systemd units of a guarded change: a timer that waits for a confirmation, and the service that takes
// the change back when none comes. Pure.

export interface GuardRequest {
  /** Id of the snapshot that is brought back; part of the unit names. */
  id: string;
  /** For people, in `systemctl list-timers`: what was changed. */
  title: string;
  /** Programs with absolute paths, run one after the other; a failing one is tried again with all before it. */
  commands: readonly (readonly [string, ...string[]])[];
  /** How long the confirmation may take. */
  timeoutSeconds: number;
}

export interface GuardUnits {
  timerName: string;
  serviceName: string;
  timer: string;
  service: string;
}

/** Tells what the service of a guard starts that it is its work; holds the guard's id. */
export const guardVariable = 'PROXSAVE_GUARD';

const namePrefix = 'proxsave-guard-';
/** More than this is a mistake, and less leaves no time to log in. */
const timeoutLimits = { least: 10, most: 86_400 } as const;

export function guardUnitNames(id: string): { timerName: string; serviceName: string } {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(id))
    throw new RangeError(`${JSON.stringify(id)} cannot be part of a unit name`);
  return { timerName: `${namePrefix}${id}.timer`, serviceName: `${namePrefix}${id}.service` };
}

/** The id in a unit's file name; undefined for other files. */
export function guardIdOf(fileName: string): string | undefined {
  const [, id] = /^proxsave-guard-(.+)\.timer$/.exec(fileName) ?? [];
  return id;
}

/** Throws RangeError for an id, a time or a command that cannot be written into a unit. */
export function renderGuardUnits(request: GuardRequest): GuardUnits {
  const { id, title, commands, timeoutSeconds } = request;
  const { least, most } = timeoutLimits;
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < least || timeoutSeconds > most)
    throw new RangeError(`a guard waits ${least} to ${most} seconds, not ${timeoutSeconds}`);
  if (commands.length === 0) throw new RangeError('a guard needs a command that takes the change back');
  const names = guardUnitNames(id);
  const description = title.replace(/[\r\n]+/g, ' ').replaceAll('%', '%%');
  return {
    ...names,
    timer: renderTimer(names.serviceName, description, timeoutSeconds),
    service: renderService(names.timerName, { id, description, commands }),
  };
}

function renderTimer(serviceName: string, description: string, timeoutSeconds: number): string {
  return [
    '# Written by ProxSave; gone once the change is confirmed or taken back.',
    '[Unit]',
    `Description=Take back unless confirmed: ${description}`,
    '',
    '[Timer]',
    '# Counts from the start of the timer, so a wrong clock does no harm; after a reboot it starts anew.',
    `OnActiveSec=${timeoutSeconds}`,
    'AccuracySec=1s',
    'RemainAfterElapse=yes',
    `Unit=${serviceName}`,
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ].join('\n');
}

function renderService(
  timerName: string,
  { id, description, commands }: Pick<GuardRequest, 'id' | 'commands'> & { description: string },
): string {
  return [
    '# Written by ProxSave; gone once the change is confirmed or taken back.',
    '[Unit]',
    `Description=Take back: ${description}`,
    'StartLimitIntervalSec=1h',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=oneshot',
    'TimeoutStartSec=10min',
    'Restart=on-failure',
    'RestartSec=20s',
    `Environment=${guardVariable}=${id}`,
    ...commands.map((argv) => `ExecStart=${renderCommand(argv)}`),
    '# Only after all of them succeeded: a change that is still there is tried again, at the latest after a reboot.',
    `ExecStartPost=systemctl --no-ask-password disable ${timerName}`,
    '',
  ].join('\n');
}

/** One line of ExecStart (systemd.service(5), "Command lines"): words in double quotes, `%` and `$` doubled. */
export function renderCommand(argv: readonly [string, ...string[]]): string {
  const [program] = argv;
  if (!program.startsWith('/')) throw new RangeError(`${program} is no absolute path of a program`);
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  // eslint-disable-next-line no-control-regex -- a control character would end the line or be dropped
  if (/[\u0000-\u001f\u007f]/.test(word))
    throw new RangeError('a command of a unit holds a control character');
  const escaped = word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:=@,+-]+$/.test(word) ? word : `"${escaped}"`;
}
