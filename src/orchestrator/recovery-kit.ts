// What lies beside the archives on every tier, so that whoever finds them can use them: a text and a script.

import { AppError } from '../errors.ts';
import { howToRestore, howToRestoreName } from '../recovery/how-to-restore.ts';
import { recoverScript, recoverScriptName } from '../recovery/recover-script.ts';
import type { Store } from '../storage/store.ts';
import type { Run } from './run-state.ts';

export const recoveryKit = [
  { name: howToRestoreName, text: howToRestore },
  { name: recoverScriptName, text: recoverScript },
] as const;

/** Keeps both current. An archive without them is still an archive: what fails is a finding. */
export async function keepRecoveryKit(run: Pick<Run, 'host' | 'report'>, store: Store): Promise<void> {
  for (const { name, text } of recoveryKit) {
    try {
      await store.putText(name, text, run.host.signal);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      run.report({
        severity: 'warning',
        code: 'recovery-kit-not-written',
        path: `${store.location}/${name}`,
        message: `${name} could not be written to ${store.location}: ${error.message}`,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      });
      return;
    }
  }
}
