import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listPropertyOf, parseSectionConfig, propertyOf } from '../../../src/host/section-config.ts';

function only(text: string) {
  const [section, ...others] = parseSectionConfig(text);
  expect(others).toEqual([]);
  if (section === undefined) throw new Error('no section');
  return section;
}

describe('a section file of Proxmox', () => {
  test('has sections with a type and an id, in the order of the file', () => {
    const sections = parseSectionConfig('dir: local\n\tpath /var/lib/vz\n\nNFS: nas\n\tserver a\n');
    expect(sections.map(({ type, id }) => `${type}:${id}`)).toEqual(['dir:local', 'nfs:nas']);
    expect(sections.map((section) => propertyOf(section, 'server'))).toEqual([undefined, 'a']);
  });

  test('has values with spaces and #, switches without a value, and keys that repeat', () => {
    const section = only(
      'remote: a\n\tcomment two  words # not a comment \n\tsparse\n  map one\n  map two\n',
    );
    expect(propertyOf(section, 'comment')).toBe('two  words # not a comment');
    expect(propertyOf(section, 'sparse')).toBe('');
    expect(section.properties.get('map')).toEqual(['one', 'two']);
    expect(propertyOf(section, 'map')).toBe('one');
  });

  test('may hold comments, empty lines and lines of only spaces anywhere', () => {
    const section = only('# head\n\ndir: a\n# inside\n\tpath /a\n   \n\tcontent iso, images\n');
    expect(propertyOf(section, 'path')).toBe('/a');
    expect(listPropertyOf(section, 'content')).toEqual(['iso', 'images']);
    expect(listPropertyOf(section, 'nodes')).toEqual([]);
  });

  test('that lacks the empty line before a header still has both sections', () => {
    const sections = parseSectionConfig('dir: a\n\tpath /a\ndir: b\n\tpath /b');
    expect(sections.map((section) => propertyOf(section, 'path'))).toEqual(['/a', '/b']);
  });

  test('that Proxmox could have written is read back whole', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    const section = fc.record({ type: word, id: word, pairs: fc.dictionary(word, value) });
    fc.assert(
      fc.property(fc.array(section), (sections) => {
        const text = sections.map(({ type, id, pairs }) => {
          const lines = Object.entries(pairs).map(([key, text]) => `\t${key} ${text}\n`);
          return `${type}: ${id}\n${lines.join('')}\n`;
        });
        const read = parseSectionConfig(text.join('')).map(({ type, id, properties }) => ({
          type,
          id,
          pairs: Object.fromEntries([...properties].map(([key, [first]]) => [key, first])),
        }));
        expect(read).toEqual(sections.map((each) => ({ ...each, pairs: { ...each.pairs } })));
      }),
    );
  });

  test('with properties that look like headers, and text that is nothing at all, is not misread', () => {
    const sections = parseSectionConfig('\torphan x\nnonsense\nzone: z1\n\tdns: not a header\n\r\n');
    expect(sections.map(({ id }) => id)).toEqual(['z1']);
    expect(sections[0]?.properties.get('dns:')).toEqual(['not a header']);
    expect(parseSectionConfig('')).toEqual([]);
  });
});
