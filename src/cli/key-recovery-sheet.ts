// proxsave key recovery-sheet: the page to keep away from the host.

import { posix } from 'node:path';
import { exitCodeOf, UsageError, type ExitCode } from '../errors.ts';
import { asRealPath, type RealPath } from '../host/host.ts';
import { areaThatSaves, checkSecretPlace, writeSecretFile } from '../orchestrator/keys/identity-place.ts';
import { makeSheet, readPrintableIdentity } from '../orchestrator/keys/make-sheet.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext, CommandInput } from './command.ts';

export async function runKeyRecoverySheet(context: CommandContext, input: CommandInput): Promise<ExitCode> {
  const config = context.config.load();
  const identityFile = pathGiven(context, input, 'identity');
  const output = pathGiven(context, input, 'output');
  checkOptions(input);
  if (output !== undefined) checkSecretPlace(context.host, output);
  const identity =
    identityFile === undefined ? undefined : await readPrintableIdentity(context.host, identityFile);
  const { hostname, text, warnings } = await makeSheet(context.host, config, {
    identity,
    passphraseHint: input.text('passphraseHint'),
    withQrCode: input.flag('qr'),
  });
  if (output !== undefined) {
    writeSecretFile(context.host, output, text);
    if (context.global.isJson) context.printJson({ hostname, path: output, warnings });
    else context.print(printable(output));
    const area = identity === undefined ? undefined : areaThatSaves(context.host, config, output);
    if (area !== undefined) {
      context.warn(
        `${output} holds the private key, and backups save that place (${area}): move it elsewhere`,
      );
    }
  } else if (context.global.isJson) context.printJson({ hostname, sheet: text, warnings });
  else context.print(text);
  for (const warning of warnings) context.warn(warning);
  return exitCodeOf(warnings.length > 0 ? 'warnings' : 'ok');
}

function pathGiven({ host }: CommandContext, input: CommandInput, name: string): RealPath | undefined {
  const given = input.text(name);
  return given === undefined ? undefined : asRealPath(posix.resolve(host.process.cwd, given));
}

function checkOptions(input: CommandInput): void {
  const hasIdentity = input.text('identity') !== undefined;
  if (input.flag('qr') && !hasIdentity) {
    throw new UsageError('--qr shows the private key as a QR code, and none was given', {
      hint: 'add --identity FILE',
    });
  }
  if (!hasIdentity || input.text('passphraseHint') === undefined) return;
  throw new UsageError('--identity and --passphrase-hint were both given', {
    hint: 'with the identity on the page the passphrase is not needed',
  });
}
