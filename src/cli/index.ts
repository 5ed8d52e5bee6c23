// The list of commands, in the order of the help text.

import { areasCommand } from './areas.ts';
import { backupCommand } from './backup.ts';
import { catCommand } from './cat.ts';
import type { Command } from './command.ts';
import { configCheckCommand, configShowCommand, configTemplateCommand } from './config.ts';
import { decryptCommand } from './decrypt.ts';
import { diffCommand } from './diff.ts';
import { extractCommand } from './extract.ts';
import { findCommand } from './find.ts';
import { historyCommand } from './history.ts';
import { listCommand } from './list.ts';
import { lsCommand } from './ls.ts';
import { reportCommand } from './report.ts';
import { notifyPreviewCommand, notifyTestCommand } from './notify.ts';
import { showCommand } from './show.ts';
import { verifyCommand } from './verify.ts';

export const commands: readonly Command[] = [
  backupCommand,
  areasCommand,
  listCommand,
  showCommand,
  lsCommand,
  catCommand,
  findCommand,
  diffCommand,
  verifyCommand,
  extractCommand,
  decryptCommand,
  historyCommand,
  reportCommand,
  notifyTestCommand,
  notifyPreviewCommand,
  configCheckCommand,
  configShowCommand,
  configTemplateCommand,
];
