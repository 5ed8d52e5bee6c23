// How the user calls this program, for the next command.

import type { CommandContext } from './command.ts';

/** From a clone the launcher is called by its path; then the next command should be typed the same way. */
export function programName(context: CommandContext): string {
  return context.host.env.PROXSAVE_PROGRAM ?? 'proxsave';
}
