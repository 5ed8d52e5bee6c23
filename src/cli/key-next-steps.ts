// What to do when a host has a new key.

import type { LoadedConfig } from '../config/load-config.ts';
import type { RealPath } from '../host/host.ts';
import { printable } from '../util/printable.ts';
import type { CommandContext } from './command.ts';
import { programName } from './program-name.ts';

export function nextSteps(
  context: CommandContext,
  { values, file, places }: LoadedConfig,
  identityFile: RealPath | undefined,
): string {
  const program = programName(context);
  const steps: string[] = [];
  if (!values.ENCRYPT_ARCHIVE) {
    steps.push(`switch encryption on: ENCRYPT_ARCHIVE=true in ${printable(file ?? places.config)}`);
  }
  steps.push(
    `prove that the key opens what is encrypted for it: ${program} key test${identityFile === undefined ? '' : ` --identity ${printable(identityFile)}`}`,
    `print what brings the host back, and keep it elsewhere: ${program} key recovery-sheet`,
  );
  return ['What to do next:', ...steps.map((step, index) => `  ${index + 1}. ${step}`)].join('\n');
}
