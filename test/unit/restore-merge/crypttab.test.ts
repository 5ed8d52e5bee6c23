import { describe, expect, test } from 'vitest';
import { mergeCrypttab } from '../../../src/restore/merge/crypttab.ts';

const devices = { names: new Set(['UUID=1111-here']), zfsDatasets: new Set<string>() };
const live = '# live\nroot_crypt UUID=live none luks\n';
const merge = (archived: string) => mergeCrypttab(live, archived, { devices });

describe('the merge of crypttab', () => {
  test('keeps live lines and adds other names with nofail', () => {
    const { text, notes } = merge(
      'root_crypt UUID=old none luks,discard\ntape UUID=1111-HERE /etc/keys/tape.key luks\ngone UUID=gone none luks\n',
    );
    expect(text.startsWith(live)).toBe(true);
    expect(text.slice(live.length).split('\n').slice(1)).toEqual([
      'tape UUID=1111-HERE /etc/keys/tape.key luks,nofail',
      'gone UUID=gone none luks,nofail',
      '',
    ]);
    expect(notes.map(({ severity }) => severity)).toEqual(['info', 'info', 'warning']);
  });

  test.each([
    'cryptswap UUID=1111-here /dev/urandom swap,cipher=aes-xts-plain64',
    'scratch UUID=1111-here /etc/key tmp=ext4',
    'x /dev/sda3 none luks',
  ])('comments out %s: it could destroy what lies on the device here', (line) => {
    const { text, notes } = merge(`${line}\n`);
    const lines = text.slice(live.length).trim().split('\n');
    expect(lines.every((added) => added.startsWith('#'))).toBe(true);
    expect(lines.at(-1)).toContain(line);
    expect(notes).toMatchObject([{ severity: 'warning' }]);
  });

  test('merged once more with the same backup, stays as it is', () => {
    const archived = 'a UUID=x none luks\nb /dev/sdb none luks\nc UUID=y /dev/random swap\n';
    const { text } = merge(archived);
    expect(mergeCrypttab(text, archived, { devices })).toMatchObject({ text, isChanged: false });
  });
});
