// The list of commands, in the order of the help text.

import { adoptCommand } from './adopt.ts';
import { areasCommand } from './areas.ts';
import { backupCommand } from './backup.ts';
import { catCommand } from './cat.ts';
import type { Command } from './command.ts';
import { confirmCommand } from './confirm.ts';
import { configCheckCommand, configShowCommand, configTemplateCommand } from './config.ts';
import { decryptCommand } from './decrypt.ts';
import { copyCommand } from './copy.ts';
import { diffCommand } from './diff.ts';
import { extractCommand } from './extract.ts';
import { findCommand } from './find.ts';
import { historyCommand } from './history.ts';
import { holdCommand, releaseCommand } from './hold.ts';
import {
  keyAddCommand,
  keyListCommand,
  keyNewCommand,
  keyRecoverySheetCommand,
  keyRemoveCommand,
  keyTestCommand,
} from './key.ts';
import { listCommand } from './list.ts';
import { lsCommand } from './ls.ts';
import { reportCommand } from './report.ts';
import { notifyPairCommand } from './notify-pair.ts';
import { notifyPreviewCommand, notifyTestCommand } from './notify.ts';
import {
  relayCodeCommand,
  relayCommand,
  relayHostsCommand,
  relayRevokeCommand,
  relayUnitCommand,
} from './relay.ts';
import { pruneCommand } from './prune.ts';
import { restoreCommand } from './restore.ts';
import { showCommand } from './show.ts';
import { undoCommand } from './undo.ts';
import { statusCommand } from './status.ts';
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
  restoreCommand,
  undoCommand,
  confirmCommand,
  copyCommand,
  pruneCommand,
  holdCommand,
  releaseCommand,
  adoptCommand,
  statusCommand,
  historyCommand,
  reportCommand,
  notifyTestCommand,
  notifyPreviewCommand,
  notifyPairCommand,
  relayCommand,
  relayCodeCommand,
  relayHostsCommand,
  relayRevokeCommand,
  relayUnitCommand,
  keyNewCommand,
  keyListCommand,
  keyAddCommand,
  keyRemoveCommand,
  keyTestCommand,
  keyRecoverySheetCommand,
  configCheckCommand,
  configShowCommand,
  configTemplateCommand,
];
