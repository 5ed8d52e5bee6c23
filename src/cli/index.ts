// The list of commands, in the order of the help text.

import type { Command } from './command.ts';
import { backupCommand } from './backup.ts';

export const commands: readonly Command[] = [backupCommand];
