// Tells the monitoring service what `verify` found, whichever way it looked.

import { pingCheck } from '../orchestrator/ping-check.ts';
import type { CommandContext } from './command.ts';

/** Only where a configuration asks for it: looking into a bare file needs none. */
export async function pingVerify(
  context: CommandContext,
  outcome: { isGood: boolean; text: string },
): Promise<void> {
  if (context.config.peek('HEALTHCHECK_ENABLED') !== true) return;
  const { config } = context.config.loadOrSalvage();
  for (const { message } of await pingCheck(context.host, config, 'verify', outcome)) context.warn(message);
}
