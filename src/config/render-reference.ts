// docs/configuration.md: how the file is read, and every key.

import { fhsPaths, legacyConfigs, legacyPaths, userPaths, type PlacePaths } from './layout.ts';
import { ignoredKeys, sections, webhookEndpointOptions } from './options.ts';
import { defaultText } from './render-template.ts';
import type { Alias, Option } from './types.ts';

export function renderReference(): string {
  const parts = [introduction, placesTable(), grammar];
  for (const { title, about, rows } of sections) {
    parts.push(`## ${title}\n\n${about}\n\n${optionTable(Object.entries(rows))}`);
    if (!Object.hasOwn(rows, 'WEBHOOK_ENDPOINTS')) continue;
    const endpointRows = Object.entries(webhookEndpointOptions).map(
      ([key, row]) => [`WEBHOOK_<NAME>_${key}`, row] as const,
    );
    parts.push(`${endpointText}\n\n${optionTable(endpointRows)}`);
  }
  parts.push(ignoredText());
  return `${parts.join('\n\n')}\n`;
}

const introduction = `# Configuration

<!-- Made from the option table in src/config/options by \`npm run docs\`. Do not edit. -->

ProxSave works without a configuration file; then the defaults on this page apply. \`proxsave config template\`
prints a file with every key, \`proxsave config check\` checks yours, and \`proxsave config show --origin\` tells
what counts and why.

## Which value counts

1. the command line,
2. the environment: every key can be given there, also under its older names; an empty variable counts as not given,
3. the configuration file,
4. the default.

Keys marked as secret can also be read from a file. \`KEY_FILE=/path\`, in the environment or in the configuration
file, names one, and a systemd credential (\`LoadCredential=\`) with the name of the key, in capitals or small
letters, is found by itself. These stand just behind \`KEY\` in the same place.

A wrong value is an error that names file and line, and nothing is run. An unknown key is a warning.

## Places

The configuration is \`${fhsPaths.config}\`. On a host of the older edition that has no such file,
the first of ${legacyConfigs.map(({ config }) => code(config)).join(', ')} is used, with the directories that belong to it. Somebody
who is not root gets directories of their own (the last column; \`XDG_CONFIG_HOME\`, \`XDG_STATE_HOME\` and
\`XDG_RUNTIME_DIR\` are respected), and \`${fhsPaths.config}\` is read only if they have no file and may read it.`;

const placeTitles: readonly (readonly [keyof PlacePaths, string])[] = [
  ['config', 'configuration'],
  ['backups', 'primary tier (`BACKUP_PATH`)'],
  ['log', 'logs and run records (`LOG_PATH`)'],
  ['lock', 'lock (`LOCK_PATH`)'],
  ['recipients', 'recipients (`AGE_RECIPIENT_FILE`)'],
  ['metrics', 'metrics (`METRICS_PATH`)'],
  ['state', 'state: installation id, history, snapshots'],
  ['run', 'work files'],
  ['base', '`${BASE_DIR}` in the file'],
];

function placesTable(): string {
  const legacy = legacyPaths(legacyConfigs[0]);
  const user = userPaths('~/.config', '~/.local/state', undefined);
  const rows = placeTitles.map(([name, title]) => [
    title,
    ...[fhsPaths, legacy, user].map((paths) => code(paths[name])),
  ]);
  return table(['What', 'Package', 'Older edition', 'Not root'], rows);
}

const grammar = `Relative paths: on the command line and in the environment they start from the current directory; in the file
they are an error. With \`--root DIR\`, paths in the file and defaults lie below DIR, those from the command line and
the environment do not.

## How the file is read

- \`KEY=value\`, one a line. \`export \` in front, spaces around \`=\`, small letters in the key, Windows line ends and a
  byte order mark do no harm. Lines that start with \`#\` are comments. If a key is given twice the last line counts;
  lines of ${repeatableKeys()} add up.
- A value may be in \`"\` or \`'\`; what follows the closing quote is not used. Backslashes stay as they are.
- Without quotes, a \`#\` starts a comment if it is the first character or has white space in front. The older edition
  cuts at any \`#\`; where that makes a difference you get a warning, and quotes settle it.
- \`$NAME\` and \`\${NAME}\` stand for the value of another key, for \`BASE_DIR\` (see Places), or for a variable of the
  environment, in texts, lists and paths, also inside single quotes. A name that stands for nothing is an error in a
  path; elsewhere it is kept as it is written, with a warning. Values from the command line and the environment were
  expanded by the shell; in them only paths are.
- Any list can be a block: a line with only \`KEY="\`, one entry a line, and a line with only \`"\`. Comment lines are
  skipped, and a comment behind an entry starts with \` # \` (a space on both sides).
- An empty value means empty for texts and lists and for paths that may be missing; for everything else it means the
  default. An empty true/false key also gets a warning, because the older edition takes it as false.

Kinds of values:

- **bool**: \`true\` or \`false\`; also \`yes\`/\`no\`, \`on\`/\`off\`, \`1\`/\`0\`, \`enabled\`/\`disabled\`.
- **size**: bytes, or a number with \`K\`, \`M\`, \`G\` or \`T\` (units of 1024): \`100M\`, \`1.5GiB\`.
- **duration**: \`1h30m\`, \`90s\`, \`500ms\`. **seconds**: a whole number.
- **list**: separated by \`,\`, \`;\` or \`|\`. Quotes around an entry keep it whole. In lists of paths a separator counts
  only if a path starts behind it (\`/srv/a,b\` is one path), and white space in front of a \`/\` separates too, except
  in a block, where each line is one path. In lists of patterns white space separates only if every piece starts
  like a pattern (with \`/\`, \`*\`, \`.\`, \`?\`, \`[\`, \`{\` or \`!\`); in a block the same holds for \`,\`, \`;\` and \`|\`. Lists of names and of numbers can also be separated by spaces.
- **words**: arguments, separated by spaces; quotes keep spaces together.
- **host-path**: a path of the host that is saved. **own-path**: a path of ProxSave's own.`;

function repeatableKeys(): string {
  const names = sections
    .flatMap(({ rows }) => Object.entries(rows))
    .filter(([, row]) => row.repeatable === true);
  return names.map(([name]) => code(name)).join(', ');
}

const endpointText = `### One webhook endpoint

For each name in \`WEBHOOK_ENDPOINTS\`, in capitals and with \`_\` for every other character: the endpoint \`my-chat\`
has \`WEBHOOK_MY_CHAT_URL\`.`;

function optionTable(rows: readonly (readonly [string, Option])[]): string {
  const cells = rows.map(([name, row]) => [
    code(name),
    row.secret === true ? `${row.kind}, secret` : row.kind,
    defaultText(row) === '' ? '' : code(defaultText(row)),
    meaning(row),
    (row.aliases ?? []).map(aliasText).join(', '),
  ]);
  return table(['Key', 'Kind', 'Default', 'Meaning', 'Older names'], cells);
}

function meaning(row: Option): string {
  const isPlain = [
    'bool',
    'string',
    'list',
    'words',
    'host-path',
    'own-path',
    'size',
    'duration',
    'int-list',
  ].includes(row.kind);
  return isPlain ? row.doc : `${row.doc} Allowed: ${row.allowed}.`;
}

function aliasText({ name, inverse, wins }: Alias): string {
  const remarks = [inverse === true ? 'the opposite' : '', wins === true ? 'counts first' : ''].filter(
    (text) => text !== '',
  );
  return remarks.length === 0 ? code(name) : `${code(name)} (${remarks.join(', ')})`;
}

function ignoredText(): string {
  const rows = Object.entries(ignoredKeys).map(([name, { ignored }]) => [code(name), ignored]);
  const about = 'Accepted so that files of the older edition stay valid. They can be deleted.';
  return `## Keys without effect\n\n${about}\n\n${table(['Key', 'Why'], rows)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
