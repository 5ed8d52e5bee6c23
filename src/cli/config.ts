// proxsave config check|show|template.

import { checkConfig, type ConfigCheck } from '../config/check-config.ts';
import { problemText } from '../config/config-problem.ts';
import { describeConfig, nearestName } from '../config/describe.ts';
import { renderTemplate } from '../config/render-template.ts';
import { exitCodeOf, UsageError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import { findingLine } from '../ui/reporter.ts';
import { formatCount } from '../util/format.ts';
import { printable, printableLines } from '../util/printable.ts';
import type { Command, CommandContext } from './command.ts';

export const configCheckCommand: Command = {
  name: 'config check',
  summary: 'Check the configuration, and show which places are used',
  arguments: [],
  options: [],
  examples: [
    { what: 'The configuration in use', command: 'proxsave config check' },
    { what: 'A file before it is put in place', command: 'proxsave config check --config ./backup.env' },
  ],
  exits: ['warnings', 'permission'],
  run: async (context) => {
    const { configPath } = context.global;
    const read = checkConfig(context.host, configPath === undefined ? {} : { configPath });
    const check = { ...read, findings: [...read.findings, ...(await channelFindings(context, read))] };
    const hasWarnings = check.findings.some((finding) => finding.severity !== 'info');
    if (context.global.isJson) {
      context.printJson(check);
    } else {
      context.print(`configuration: ${check.file ?? 'no file, built-in defaults'} (layout ${check.layout})`);
      for (const { name, path, origin } of check.paths)
        context.print(`  ${name.padEnd(22)} ${path} (${origin})`);
      for (const problem of check.errors) {
        context.print(`${context.style.red('error:')}${printableLines(problemText(problem).slice(1))}`);
      }
      for (const finding of check.findings)
        context.print(findingLine(finding, context.style, (text) => text));
      context.print(verdictOn(check.errors));
    }
    if (check.errors.length > 0) return exitCodeOf('usage');
    return exitCodeOf(hasWarnings ? 'warnings' : 'ok');
  },
};

function verdictOn(errors: ConfigCheck['errors']): string {
  if (errors.length === 0) return 'no errors';
  const count = formatCount(errors.length, 'error');
  return errors.every(({ isOfChannel }) => isOfChannel === true)
    ? `${count}: backups run, with a warning, and tell of themselves by what is right`
    : `${count}: backups will not run with this configuration`;
}

async function channelFindings(context: CommandContext, { errors }: ConfigCheck): Promise<Finding[]> {
  if (errors.length > 0) return [];
  const { checkNotifications } = await import('../orchestrator/check-notifications.ts');
  return checkNotifications(context.host, context.config.load());
}

export const configShowCommand: Command = {
  name: 'config show',
  summary: 'Show the effective configuration',
  arguments: [{ name: 'key', description: 'only these keys', isOptional: true, isVariadic: true }],
  options: [
    { flags: '--origin', description: 'also show where each value comes from' },
    { flags: '--changed', description: 'only what differs from the defaults' },
  ],
  examples: [
    {
      what: 'What differs from the defaults, and who said so',
      command: 'proxsave config show --changed --origin',
    },
    { what: 'One value, for a script', command: 'proxsave config show BACKUP_PATH --json' },
  ],
  exits: ['permission'],
  run: (context, input) => {
    const config = context.config.load();
    const names = input.args.map((name) => name.toUpperCase());
    const known = names.length > 0 ? describeConfig(config, names) : describeConfig(config);
    for (const name of names) {
      if (known.some((row) => row.name === name)) continue;
      const guess = nearestName(name);
      const hint =
        guess === undefined ? '`proxsave config template` lists all keys' : `did you mean ${guess}?`;
      throw new UsageError(`${name} is not a known key`, { hint });
    }
    const rows = input.flag('changed') ? known.filter((row) => row.origin !== 'default') : known;
    if (context.global.isJson) {
      context.printJson({ file: config.file, layout: config.layout, values: rows });
      return Promise.resolve(exitCodeOf('ok'));
    }
    for (const { name, value, origin, where } of rows) {
      const from = input.flag('origin') ? `  # ${where ?? origin}` : '';
      context.print(`${name}=${printable(value)}${from}`);
    }
    return Promise.resolve(exitCodeOf('ok'));
  },
};

export const configTemplateCommand: Command = {
  name: 'config template',
  summary: 'Print a commented configuration file with every key',
  arguments: [],
  options: [],
  examples: [
    { what: 'Start a new configuration', command: 'proxsave config template > /etc/proxsave/backup.env' },
  ],
  exits: [],
  run: (context) => {
    if (context.global.isJson) context.printJson({ template: renderTemplate() });
    else context.print(renderTemplate());
    return Promise.resolve(exitCodeOf('ok'));
  },
};
