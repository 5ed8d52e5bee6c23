// What an admin decides besides which paths come back, and what was found out for the plan. Kept in the plan: applying or
// resuming it later must come to the same contents.

import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';

const choicesSchema = z.object({
  /** `--map old=new`; null for `old=none`. */
  map: z.record(z.string(), z.string().nullable()),
  /** Whose address the host has afterwards. */
  address: z.enum(['live', 'archive']),
  /** Whose password root has afterwards. */
  rootPassword: z.enum(['live', 'archive']),
  /** Days since 1970-01-01 UTC of the plan: no password may be newer than today. */
  todayDays: z.int().nonnegative(),
});
export type RestoreChoices = z.infer<typeof choicesSchema>;

const dayMs = 86_400_000;

export function defaultChoices({ clock }: Pick<Host, 'clock'>): RestoreChoices {
  return {
    map: {},
    address: 'live',
    rootPassword: 'live',
    todayDays: Math.floor(clock.now().getTime() / dayMs),
  };
}

/** Of a plan that was saved. @throws UsageError when it has none that can be understood */
export function parseChoices(value: unknown, where: string): RestoreChoices {
  const parsed = choicesSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${where} does not say what was decided for it (choices)`, {
    hint: 'Make the plan again: proxsave restore --dry-run --save-plan FILE',
  });
}

/** `old=new` or `old=none`, each. @throws UsageError */
export function parseMap(words: readonly string[]): RestoreChoices['map'] {
  const map: RestoreChoices['map'] = {};
  for (const word of words) {
    const [, from, to] = /^([^\s=/]+)=([^\s=/]+)$/u.exec(word) ?? [];
    if (from === undefined || to === undefined) {
      throw new UsageError(`--map ${word}: this is not OLD=NEW`, {
        hint: 'name the card of the backup and that of this host: --map eno1=enp3s0, or eno1=none to leave it out',
      });
    }
    if (from in map) throw new UsageError(`--map names ${from} twice`, { hint: 'give each card once' });
    map[from] = to === 'none' ? null : to;
  }
  return map;
}
