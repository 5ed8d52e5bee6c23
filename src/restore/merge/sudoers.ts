// sudoers: the rules of the backup come back as they were, since their order has a meaning that a mixture of both would
// not have. Nothing is put in place that visudo does not accept: see check-sudoers.ts.

import type { MergeNote, MergeResult } from './merge-types.ts';

export function mergeSudoers(live: string | undefined, archived: string): MergeResult {
  const liveRules = rulesOf(live ?? '');
  const archivedRules = rulesOf(archived);
  if (archivedRules.length === 0 && live !== undefined) {
    const what = 'sudoers of the backup has no rules; the live file stays';
    return { text: live, notes: [{ severity: 'warning', what }], isChanged: false };
  }
  const notes: MergeNote[] = liveRules
    .filter((rule) => !archivedRules.includes(rule))
    .map((line) => ({
      severity: 'warning',
      what: 'this rule of the live host is not in the backup and goes',
      line,
    }));
  const isRootless = !archivedRules.some((rule) => /^(root|%sudo|%wheel|%admin|ALL|#0)\s/.test(rule));
  if (isRootless)
    notes.push({ severity: 'warning', what: 'the rules of the backup name neither root nor the group sudo' });
  return { text: archived, notes, isChanged: archived !== live };
}

/** Rules with their continuation lines joined and blanks evened out; comments and empty lines left out. */
function rulesOf(text: string): string[] {
  return (
    text
      .replace(/\r\n/g, '\n')
      .replace(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ').trim())
      // #include, #includedir and #1000 are no comments.
      .filter((line) => line !== '' && (!line.startsWith('#') || /^#(include|includedir|\d)/.test(line)))
  );
}
