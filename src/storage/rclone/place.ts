// Where on which remote the cloud tier lies: CLOUD_REMOTE and CLOUD_REMOTE_PATH become what rclone is given. Pure.
//   name, name:path                   a remote of rclone's configuration; names may hold spaces
//   name,setting=value:path           the same with other settings; :type,setting=value:path needs no configuration
//   /directory                        a directory of this machine
// Settings may hold passwords, and arguments of a process are for everybody to read: they travel in the environment, where
// rclone looks for RCLONE_CONFIG_<NAME>_<SETTING> (https://rclone.org/docs/#config-file).

import { UsageError } from '../../errors.ts';

export interface RclonePlace {
  /** What stands in front of a path: `name:`; empty for a directory of this machine. */
  readonly remote: string;
  /** Below the remote, without slashes at its ends; absolute for a directory of this machine. */
  readonly directory: string;
  /** Settings of a connection string. */
  readonly env: Readonly<Record<string, string>>;
  /** The remote must be in rclone's configuration (or the environment) under this name. */
  readonly configuredName?: string;
  /** For people; holds no settings. */
  readonly location: string;
}

/** The remote that a connection string of the form `:type:` makes. */
const ownRemoteName = 'proxsavecloud';

/**
 * Slashes at both ends of both paths make no difference, as in the existing edition.
 * @param remote CLOUD_REMOTE
 * @param path CLOUD_REMOTE_PATH
 * @throws UsageError
 */
export function composePlace(remote: string, path: string): RclonePlace {
  const text = remote.trim();
  if (text === '') throw wrongRemote(text, 'it is empty');
  if (/\p{Cc}/u.test(text)) throw wrongRemote('', 'it holds control characters');
  if (text.startsWith('/')) return localPlace(text, path);
  const parsed = parseRemote(text);
  const directory = joinParts(partsOf(parsed.path, 'CLOUD_REMOTE'), partsOf(path, 'CLOUD_REMOTE_PATH'));
  const name = parsed.isOnTheFly ? ownRemoteName : parsed.name;
  const type = parsed.isOnTheFly ? { type: parsed.name } : {};
  return {
    remote: `${name}:`,
    directory,
    env: settingsAsEnv(name, { ...type, ...parsed.settings }),
    ...(parsed.isOnTheFly ? {} : { configuredName: name }),
    location: `${parsed.isOnTheFly ? ':' : ''}${parsed.name}:${directory}`,
  };
}

/**
 * Place of the log copies: beside the archives' path on the same remote, or anywhere when it names a remote itself.
 * @param logPath CLOUD_LOG_PATH, not empty
 * @throws UsageError
 */
export function composeLogPlace(remote: string, logPath: string): RclonePlace {
  if (logPath.includes(':')) return composePlace(logPath, '');
  if (remote.trim().startsWith('/')) return composePlace(remote, logPath);
  const { remote: name, directory, ...rest } = composePlace(remote, '');
  const withoutPath = rest.location.slice(0, rest.location.length - directory.length);
  const own = joinParts(partsOf(logPath, 'CLOUD_LOG_PATH'));
  return { ...rest, remote: name, directory: own, location: `${withoutPath}${own}` };
}

/** The argument for a file of the place. */
export function fileAt({ remote, directory }: RclonePlace, name: string): string {
  return directory === '' ? `${remote}${name}` : `${remote}${directory === '/' ? '' : directory}/${name}`;
}

/** The argument for the place itself. */
export function directoryAt({ remote, directory }: RclonePlace): string {
  return `${remote}${directory}`;
}

/** The place above; undefined at the top of the remote. */
export function placeAbove(place: RclonePlace): RclonePlace | undefined {
  const { directory } = place;
  if (directory === '' || directory === '/') return undefined;
  const cut = directory.lastIndexOf('/');
  return { ...place, directory: directory.slice(0, Math.max(cut, directory.startsWith('/') ? 1 : 0)) };
}

function localPlace(remote: string, path: string): RclonePlace {
  const directory = `/${joinParts(partsOf(remote, 'CLOUD_REMOTE'), partsOf(path, 'CLOUD_REMOTE_PATH'))}`;
  return { remote: '', directory, env: {}, location: directory };
}

function partsOf(path: string, key: string): string[] {
  const parts = path.trim().split('/');
  if (parts.includes('..') || /[\p{Cc}\p{Cs}]/u.test(path)) {
    throw new UsageError(`the path in ${key} holds .. or characters that are not allowed`, {
      hint: `give a plain path in ${key}, such as proxsave/backup`,
    });
  }
  return parts.filter((part) => part !== '' && part !== '.');
}

function joinParts(...parts: string[][]): string {
  return parts.flat().join('/');
}

interface ParsedRemote {
  /** Name of the remote, or type of backend. */
  name: string;
  isOnTheFly: boolean;
  settings: Record<string, string>;
  path: string;
}

const namePattern = /^[\p{L}\p{N}_.+@](?:[\p{L}\p{N}_.+@ -]*[\p{L}\p{N}_.+@-])?$/u;

function parseRemote(text: string): ParsedRemote {
  const isOnTheFly = text.startsWith(':');
  const rest = isOnTheFly ? text.slice(1) : text;
  const [name = ''] = rest.split(/[:,]/, 1);
  // What follows may hold a password: messages show the name only.
  const shown = `${isOnTheFly ? ':' : ''}${name}`;
  if (!namePattern.test(name)) {
    throw wrongRemote(
      shown,
      'names hold letters, digits, spaces and _ - . + @, and start with none of - and space',
    );
  }
  const settings: Record<string, string> = {};
  let at = name.length;
  while (rest[at] === ',') {
    const setting = /^,([\w-]+)(?:=("(?:[^"]|"")*"|'(?:[^']|'')*'|(?!["'])[^,:]*))?(?=[,:])/su.exec(
      rest.slice(at),
    );
    if (setting === null)
      throw wrongRemote(shown, 'its settings are not of the form ,name=value and end with :');
    const [all, key = '', value] = setting;
    settings[key] = value === undefined ? 'true' : unquote(value);
    at += all.length;
  }
  if (isOnTheFly && rest[at] !== ':') throw wrongRemote(shown, 'a colon is missing at its end');
  return { name, isOnTheFly, settings, path: rest.slice(at + 1) };
}

/** In quotes a quote is written twice. */
function unquote(value: string): string {
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return value;
  return value.slice(1, -1).replaceAll(quote + quote, quote);
}

function settingsAsEnv(name: string, settings: Readonly<Record<string, string>>): Record<string, string> {
  const asVariable = (text: string) => text.replaceAll('-', '_');
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) =>
      // Releases of rclone differ in whether they replace a - of the remote's name.
      [name, asVariable(name)].map((remote) => [
        `RCLONE_CONFIG_${`${remote}_${asVariable(key)}`.toUpperCase()}`,
        value,
      ]),
    ),
  );
}

function wrongRemote(shown: string, why: string): UsageError {
  return new UsageError(`CLOUD_REMOTE=${shown} is not a remote: ${why}`, {
    hint: 'give a name that `rclone listremotes` shows, name:path, or an absolute path',
  });
}
