// The grammar of backup.env, as files of existing users are written. Text in, assignments and problems out.
//
//   KEY=value            `export ` in front, spaces around `=`, any case of KEY; CRLF and a byte order mark are fine
//   KEY="value" # note   either quote; the value ends at the next quote that has no backslash in front, and
//                        backslashes stay as they are. Expansion of $NAME is not the business of this file
//   KEY=value # note     a comment starts at a # with white space in front or at the start of the value. The Go
//                        edition cuts at any #, which silently shortens an address with a fragment or a password;
//                        where the two readings differ a warning says so, and quotes settle it
//   KEY="                a block: one entry a line up to a line that is only `"`; list keys only. Blank and comment
//   /one                 lines are skipped; ` # note` behind an entry is dropped (the Go edition keeps it as part of
//   "                    the path), ` #1` without a space behind the # is not, because names look like that

export interface Assignment {
  /** In capitals. */
  key: string;
  /** As it stands in the file. */
  writtenKey: string;
  /** Entries of a block are joined by new lines. */
  value: string;
  /** Line number, from 1, of each line of the value. */
  lines: readonly [number, ...number[]];
  isBlock: boolean;
}

export interface EnvFileProblem {
  severity: 'error' | 'warning';
  line: number;
  /** Never holds a value: it could be a secret. */
  message: string;
  hint?: string;
}

export interface EnvFile {
  assignments: readonly Assignment[];
  problems: readonly EnvFileProblem[];
}

/** `mayBeBlock` says for which keys, in capitals, the block form is known. Never throws. */
export function parseEnvFile(text: string, mayBeBlock: (key: string) => boolean): EnvFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''));
  const assignments: Assignment[] = [];
  const problems: EnvFileProblem[] = [];
  for (let index = 0; index < lines.length; index++) {
    const content = (lines[index] ?? '').trim();
    const line = index + 1;
    if (content === '' || content.startsWith('#')) continue;
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/s.exec(content);
    if (match === null) {
      problems.push(noAssignment(content, line));
      continue;
    }
    const writtenKey = match[1] ?? '';
    const key = writtenKey.toUpperCase();
    const rest = (match[2] ?? '').trim();
    if ((rest === '"' || rest === "'") && mayBeBlock(key)) {
      const block = readBlock(lines, index + 1, rest);
      if (block.end === undefined) problems.push(unterminatedBlock(writtenKey, rest, line));
      else
        assignments.push({
          key,
          writtenKey,
          isBlock: true,
          value: block.value,
          lines: block.lines ?? [line],
        });
      index = block.end ?? lines.length;
      continue;
    }
    const read = readValue(rest);
    for (const problem of read.problems)
      problems.push({ ...problem, line, message: `${writtenKey}: ${problem.message}` });
    assignments.push({ key, writtenKey, isBlock: false, value: read.value, lines: [line] });
  }
  return { assignments, problems };
}

function noAssignment(content: string, line: number): EnvFileProblem {
  const message = content.includes('=')
    ? 'the text before the = is not a key; the line is not used'
    : 'the line has no = and is not used';
  return {
    severity: 'warning',
    line,
    message,
    hint: 'write KEY=value, or put # in front to make it a comment',
  };
}

function unterminatedBlock(key: string, quote: string, line: number): EnvFileProblem {
  return {
    severity: 'error',
    line,
    message: `${key}: the block that starts here is not closed`,
    hint: `put a line with only ${quote} behind its last entry`,
  };
}

interface Block {
  value: string;
  lines: [number, ...number[]] | undefined;
  /** Index of the closing line; undefined: there is none. */
  end: number | undefined;
}

function readBlock(lines: readonly string[], start: number, quote: string): Block {
  const entries: { text: string; line: number }[] = [];
  for (let index = start; index < lines.length; index++) {
    const content = (lines[index] ?? '').trim();
    if (content === quote) {
      const [first, ...others] = entries.map((entry) => entry.line);
      return {
        value: entries.map((entry) => entry.text).join('\n'),
        lines: first === undefined ? undefined : [first, ...others],
        end: index,
      };
    }
    if (content === '' || content.startsWith('#')) continue;
    entries.push({ text: withoutBlockComment(content), line: index + 1 });
  }
  return { value: '', lines: undefined, end: undefined };
}

function withoutBlockComment(entry: string): string {
  const quoted = /^(["']).*?\1(?=\s*(#|$))/.exec(entry);
  return quoted === null ? entry.replace(/\s+#(\s.*)?$/, '') : quoted[0];
}

type ValueProblem = Omit<EnvFileProblem, 'line'>;

function readValue(rest: string): { value: string; problems: ValueProblem[] } {
  const quote = rest[0];
  if (quote === '"' || quote === "'") return readQuoted(rest, quote);
  const comment = commentStart(rest);
  const value = rest.slice(0, comment.ours).trim();
  if (comment.older >= value.length) return { value, problems: [] };
  const problem: ValueProblem = {
    severity: 'warning',
    message: 'the value holds a #; it is kept here, but the older edition takes it as the start of a comment',
    hint: 'put the value in quotes, or put a space in front of the # if it starts a comment',
  };
  return { value, problems: [problem] };
}

function readQuoted(rest: string, quote: string): { value: string; problems: ValueProblem[] } {
  const end = closingQuote(rest, quote);
  if (end === undefined) {
    const problem: ValueProblem = {
      severity: 'error',
      message: `the quote ${quote} is not closed`,
      hint: `close it on the same line${quote === '"' ? '; a list of several lines starts with KEY=" alone' : ''}`,
    };
    return { value: rest.slice(1), problems: [problem] };
  }
  const behind = rest.slice(end + 1).trim();
  if (behind === '' || behind.startsWith('#')) return { value: rest.slice(1, end), problems: [] };
  const problem: ValueProblem = {
    severity: 'warning',
    message: 'the text behind the closing quote is not used',
    hint: 'put everything into one pair of quotes',
  };
  return { value: rest.slice(1, end), problems: [problem] };
}

function closingQuote(text: string, quote: string): number | undefined {
  for (let index = 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === quote) return index;
  }
  return undefined;
}

/** Where a comment starts, in our reading and in that of the Go edition; the length of the text if nowhere. */
function commentStart(text: string): { ours: number; older: number } {
  let older = text.length;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '\\') {
      index++;
    } else if (character === '"' || character === "'") {
      const length = closingQuote(text.slice(index), character);
      if (length !== undefined) index += length;
    } else if (character === '#') {
      older = Math.min(older, index);
      if (index === 0 || /\s/.test(text[index - 1] ?? '')) return { ours: index, older };
    }
  }
  return { ours: text.length, older };
}
