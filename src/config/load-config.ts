// From command line, environment, file and defaults to one typed value. All errors are collected before anything is
// thrown, so that a file is corrected in one go.

import { describeSystemError, isSystemError, PermissionError, UsageError } from '../errors.ts';
import type { Finding } from '../findings.ts';
import type { Host, RealPath } from '../host/host.ts';
import { redactValue, type Redact } from '../ui/redact.ts';
import { decodeBytePath } from '../util/byte-path.ts';
import { configError, problemAsWarning, type ConfigProblem, type Notes } from './config-problem.ts';
import { crossCheck } from './cross-checks.ts';
import { parseEnvFile, type EnvFile } from './env-file.ts';
import { isRepeatableKey, remarkOnFile, remarkOnPermissions } from './file-remarks.ts';
import { fileEntries, type Origin } from './given.ts';
import { locate, type Layout, type Places } from './layout.ts';
import { nearest } from './nearest.ts';
import {
  canonicalNameOf,
  knownKeys,
  optionNames,
  options,
  webhookEndpointKeyOf,
  type ConfigValues,
  type OptionName,
} from './options.ts';
import { createResolver, resolveOption, type Resolved, type Resolver } from './resolve-option.ts';
import { createConfigRedactor, givenSecrets, secretValues } from './secret-values.ts';
import { resolveEndpoints, type WebhookEndpoint } from './webhook-endpoints.ts';

export interface ConfigRequest {
  /** As the user named it, made absolute. */
  configPath?: RealPath;
  /** Values from the command line, by key or older name. */
  overrides?: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  values: ConfigValues;
  origins: Readonly<Record<OptionName, Origin>>;
  /** Where each value comes from in detail, and its text; also for the keys of webhook endpoints. */
  details: ReadonlyMap<string, Resolved>;
  webhookEndpoints: readonly WebhookEndpoint[];
  file: RealPath | undefined;
  layout: Layout;
  places: Places;
  findings: readonly Finding[];
  /** Takes the secrets of this configuration out of a text: for everything that is shown or written down. */
  redact: Redact;
}

/** Either the configuration or what is wrong with it, with what else was noticed. */
export interface ConfigReading {
  file: RealPath | undefined;
  places: Places;
  /** Undefined exactly if there are problems. */
  config: LoadedConfig | undefined;
  /** As far as it could be read, with defaults for wrong values: only for telling people that it is wrong. */
  salvaged: () => LoadedConfig;
  details: ReadonlyMap<string, Resolved>;
  problems: readonly ConfigProblem[];
  findings: readonly Finding[];
  /** As in LoadedConfig; problems and findings went through it. */
  redact: Redact;
}

/**
 * Throws UsageError, naming every error with its place, when a value is wrong or `configPath` does not exist;
 * PermissionError when the file cannot be read. Without any file the defaults apply.
 */
export function loadConfig(host: Host, request: ConfigRequest = {}): LoadedConfig {
  const { config, problems } = readConfig(host, request);
  if (config === undefined) throw configError(problems);
  return config;
}

/** Like loadConfig, but gives wrong values back instead of throwing. */
export function readConfig(host: Host, request: ConfigRequest = {}): ConfigReading {
  const notes: Notes = { problems: [], findings: [] };
  const { places, file } = locate(host, request.configPath);
  const content = file === undefined ? undefined : readFile(host, file);
  const sources = {
    host,
    overrides: checkOverrides(request.overrides ?? {}, notes),
    file,
    entries: fileEntries(content?.assignments ?? [], isRepeatableKey),
  };
  const resolver = createResolver(sources, places, notes);
  const secrets = givenSecrets(content?.assignments ?? [], resolver);
  resolver.redact = createConfigRedactor(secrets);
  const details = resolveAll(resolver);
  const values = valuesOf(details);
  // Undefined when its own text is wrong; then there are no endpoints to look at.
  const endpointNames = (values.WEBHOOK_ENDPOINTS as readonly string[] | undefined) ?? [];
  const webhookEndpoints = resolveEndpoints(endpointNames, resolver, details);
  if (file !== undefined && content !== undefined) {
    const { referenced } = resolver;
    remarkOnFile({ file, content, notes }, { places, referenced, endpointNames });
    remarkOnPermissions(host, { file, content, notes });
  }
  if (notes.problems.every(stopsNoBackup)) {
    crossCheck(values, (name) => details.get(name)?.where ?? 'defaults', notes);
  }
  // Once more: a secret of an endpoint may come from a file of its own.
  const redact = createConfigRedactor([...secrets, ...secretValues({ details })]);
  const { problems, findings } = redactValue(sorted(notes), redact) as Notes;
  const loaded = { details, webhookEndpoints, file, layout: places.layout, places, findings, redact };
  const config = problems.length > 0 ? undefined : { values, origins: originsOf(details), ...loaded };
  const salvaged = () => ({
    values: withDefaults(
      values,
      { ...sources, host: { ...host, env: {} }, overrides: {}, entries: new Map() },
      places,
    ),
    origins: originsOf(details),
    ...loaded,
  });
  return { file, places, config, salvaged, details, problems, findings, redact };
}

function stopsNoBackup({ isOfChannel }: ConfigProblem): boolean {
  return isOfChannel === true;
}

/**
 * For runs that must not fail because of how they are told about: where nothing else is wrong, what could be read, with
 * defaults for the wrong values and a warning for each. Undefined: something else is wrong.
 */
export function withoutChannelProblems({ problems, salvaged }: ConfigReading): LoadedConfig | undefined {
  if (!problems.every(stopsNoBackup)) return undefined;
  const config = salvaged();
  return { ...config, findings: [...config.findings, ...problems.map(problemAsWarning)] };
}

function withDefaults(
  values: ConfigValues,
  sources: Parameters<typeof createResolver>[0],
  places: Places,
): ConfigValues {
  const defaults = valuesOf(resolveAll(createResolver(sources, places, { problems: [], findings: [] })));
  const pairs = optionNames.map((name) => [name, values[name] ?? defaults[name]] as const);
  return Object.fromEntries(pairs) as unknown as ConfigValues;
}

function sorted({ problems, findings }: Notes): Notes {
  return { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)), findings };
}

function resolveAll(resolver: Resolver): Map<string, Resolved> {
  const details = new Map<string, Resolved>();
  for (const name of optionNames) {
    const resolved = resolveOption(name, options[name], resolver);
    if (resolved !== undefined) details.set(name, resolved);
  }
  return details;
}

/** The rows' parsers made each value, so it has the type that the row says; only wrong ones are undefined. */
function valuesOf(details: ReadonlyMap<string, Resolved>): ConfigValues {
  const pairs = optionNames.map((name) => [name, details.get(name)?.value] as const);
  return Object.fromEntries(pairs) as unknown as ConfigValues;
}

function originsOf(details: ReadonlyMap<string, Resolved>): Record<OptionName, Origin> {
  const pairs = optionNames.map((name) => [name, details.get(name)?.origin ?? 'default'] as const);
  return Object.fromEntries(pairs) as Record<OptionName, Origin>;
}

/** Keys in capitals; an unknown one is an error, because somebody typed it just now. */
function checkOverrides(
  overrides: Readonly<Record<string, string | undefined>>,
  notes: Notes,
): Record<string, string | undefined> {
  const checked: Record<string, string | undefined> = {};
  for (const [written, text] of Object.entries(overrides)) {
    const key = written.toUpperCase();
    checked[key] = text;
    if (canonicalNameOf(key) !== undefined || webhookEndpointKeyOf(key) !== undefined) continue;
    const meant = nearest(key, knownKeys);
    notes.problems.push({
      where: 'command line',
      message: `${written} is not a known key`,
      hint: meant === undefined ? 'proxsave config template lists all keys' : `did you mean ${meant}?`,
    });
  }
  return checked;
}

/** Paths in the file are bytes, so it is decoded like file names are. */
function readFile(host: Host, file: RealPath): EnvFile {
  return parseEnvFile(decodeBytePath(readBytes(host, file)), (key) => {
    const name = canonicalNameOf(key);
    return name !== undefined && options[name].kind === 'list';
  });
}

function readBytes(host: Host, file: RealPath): Buffer {
  try {
    const fd = host.fs.openFollowing(file);
    try {
      const bytes = Buffer.alloc(host.fs.statFd(fd).size);
      return bytes.subarray(0, host.fs.read(fd, bytes, 0, bytes.length, 0));
    } finally {
      host.fs.close(fd);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `cannot read the configuration ${file}: ${describeSystemError(error)}`;
    if (!isSystemError(error, 'EACCES')) throw new UsageError(message, { cause: error });
    const hint = 'run the command as the owner of the file, usually root, or name another file with --config';
    throw new PermissionError(message, { cause: error, hint });
  }
}
