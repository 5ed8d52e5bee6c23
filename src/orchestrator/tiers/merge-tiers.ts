// The archives of several tiers as one list: a row for each archive, with what is known of its copy on each tier. Pure.

import type { Decision } from '../../storage/retention/decision.ts';
import { archiveKey } from '../../storage/retention/retention-archive.ts';
import type { TierName } from '../../storage/store.ts';
import type { TierArchive } from './list-tier.ts';
import type { CopyKey, CopyProved } from './proofs.ts';
import type { SurveyedTier } from './survey-tiers.ts';

export interface TierCopy {
  tier: TierName;
  archive: TierArchive;
  /** When and how the bytes on this tier were last proved; absent: not known here. */
  proved?: CopyProved;
  /** Absent: retention cannot plan (what is held is not known). */
  decision?: Decision;
}

export interface ArchiveOnTiers {
  name: string;
  hostname: string;
  createdAt: Date;
  sizeBytes: number;
  copies: readonly TierCopy[];
}

/** Newest first. */
export function mergeTiers(
  tiers: readonly SurveyedTier[],
  provedOf: (key: CopyKey) => CopyProved | undefined,
): ArchiveOnTiers[] {
  const rows: { first: TierArchive; copies: TierCopy[] }[] = [];
  const byName = new Map<string, (typeof rows)[number]>();
  for (const { name: tier, location, plan } of tiers) {
    const decisions = new Map(plan?.plan?.decisions.map((decision) => [decision.archive.name, decision]));
    for (const archive of plan?.archives ?? []) {
      const decision = decisions.get(archive.name);
      const proved = provedAsItIs(archive, provedOf({ tier, location, name: archive.name }));
      const copy: TierCopy = {
        tier,
        archive,
        ...(proved === undefined ? {} : { proved }),
        ...(decision === undefined ? {} : { decision }),
      };
      const known = byName.get(archiveKey(archive.name));
      if (known !== undefined) known.copies.push(copy);
      else {
        const row = { first: archive, copies: [copy] };
        rows.push(row);
        byName.set(archiveKey(archive.name), row);
      }
    }
  }
  return rows
    .map(({ first: { name, hostname, createdAt, sizeBytes }, copies }) => ({
      name,
      hostname,
      createdAt,
      sizeBytes,
      copies,
    }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.name < b.name ? -1 : 1));
}

/** What was proved of a file with another size says nothing about this one. */
function provedAsItIs(archive: TierArchive, known: CopyProved | undefined): CopyProved | undefined {
  if (archive.problem !== undefined) return undefined;
  const proved = known ?? whenMade(archive);
  return proved?.sizeBytes === archive.sizeBytes ? proved : undefined;
}

/** The primary copy is the one that was read back when it was made. */
function whenMade({ tier, sizeBytes, archive }: TierArchive): CopyProved | undefined {
  const verifiedAt = archive?.manifest.verified_at;
  if (tier !== 'primary' || verifiedAt === undefined) return undefined;
  const at = new Date(verifiedAt);
  return Number.isNaN(at.getTime()) ? undefined : { at, proof: 'every-file', sizeBytes };
}
