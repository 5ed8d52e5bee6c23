// proxsave key list: who can open the archives of this host.

import { describeRecipient, describeRecipientText } from '../encryption/recipient.ts';
import { exitCodeOf, type ExitCode } from '../errors.ts';
import { readHostKeys, type HostKeys } from '../orchestrator/keys/host-keys.ts';
import { findNewest, type NewestArchive } from '../orchestrator/keys/newest-archive.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { keyToJson, placeOfKey } from './key-texts.ts';
import { programName } from './program-name.ts';

export async function runKeyList(context: CommandContext): Promise<ExitCode> {
  const config = context.config.load();
  const keys = readHostKeys(context.host, config);
  const newest = await findNewest(context.host, config);
  if (context.global.isJson) context.printJson(toJson(keys, newest));
  else printKeys(context, keys, newest);
  if (newest.problem !== undefined) context.warn(newest.problem);
  return exitCodeOf(isHealthy(keys) && newest.problem === undefined ? 'ok' : 'warnings');
}

/** With encryption on and no key every backup fails. */
function isHealthy({ isEncrypting, keys }: HostKeys): boolean {
  return !isEncrypting || keys.length > 0;
}

/** Undefined: the archive does not say. */
function madeFor({ archive }: NewestArchive): readonly string[] | undefined {
  return archive?.archive?.isEncrypted === true ? archive.archive.manifest.recipients : undefined;
}

function toJson({ file, isEncrypting, keys, salt }: HostKeys, newest: NewestArchive): object {
  const recipients = madeFor(newest);
  const { archive } = newest;
  return {
    file,
    encryptArchive: isEncrypting,
    keys: keys.map(({ recipient, source }) => ({
      ...keyToJson(recipient),
      source: source.kind,
      ...(source.kind === 'file' ? { path: source.path, line: source.line } : { where: source.where }),
      isInNewest: recipients?.includes(recipient.text),
    })),
    passphraseSalt: salt?.text,
    saltPath: salt?.path,
    newest:
      archive === undefined
        ? undefined
        : {
            name: archive.name,
            path: archive.path,
            isEncrypted: archive.archive?.isEncrypted === true,
            recipients,
          },
  };
}

function printKeys(context: CommandContext, hostKeys: HostKeys, newest: NewestArchive): void {
  const { style } = context;
  const { keys, isEncrypting, file, salt } = hostKeys;
  context.print(
    `encryption: ${isEncrypting ? style.green('on') : style.yellow('off')} (ENCRYPT_ARCHIVE=${isEncrypting})`,
  );
  if (keys.length === 0) {
    context.print(`keys: none; AGE_RECIPIENT is empty and ${printable(file)} names none`);
    const hint = isEncrypting ? 'Backups fail until there is one' : 'Make one';
    context.note(`${hint}: ${programName(context)} key new`);
  }
  for (const key of keys) {
    context.print(`${style.bold(printable(describeRecipient(key.recipient)))}\n    ${placeOfKey(key)}`);
  }
  if (salt !== undefined) context.print(`passphrase salt: ${salt.text}\n    ${printable(salt.path)}`);
  for (const line of newestLines(hostKeys, newest)) context.print(line);
}

function newestLines({ keys }: HostKeys, newest: NewestArchive): string[] {
  const { archive } = newest;
  if (archive === undefined) return newest.problem === undefined ? ['newest archive: none yet'] : [];
  const head = `newest archive: ${printable(archive.name)}`;
  if (archive.archive?.isEncrypted !== true) return [`${head}\n    not encrypted`];
  const recipients = madeFor(newest);
  if (recipients === undefined) return [`${head}\n    encrypted; it does not say for whom`];
  const texts = new Set(keys.map(({ recipient }) => recipient.text));
  const missing = [...texts].filter((text) => !recipients.includes(text));
  const former = recipients.filter((text) => !texts.has(text));
  return [
    head,
    ...(missing.length === 0 && former.length === 0 ? ['    made for these keys'] : []),
    ...missing.map((text) => `    not made for ${printable(describeRecipientText(text))}`),
    ...former.map(
      (text) => `    made for ${printable(describeRecipientText(text))}, no key of this host now`,
    ),
  ];
}
