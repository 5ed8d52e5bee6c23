// Reads a mail back with a parser that is not ours: Python's email package, as mail programs would.

import { execFileSync } from 'node:child_process';

export interface ParsedMail {
  subject: string;
  from: string;
  to: string;
  headers: Record<string, string>;
  parts: { type: string; name: string | null; text: string }[];
  defects: string[];
}

const script = `
import sys, json, email, email.policy
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
leaves = [p for p in mail.walk() if not p.is_multipart()]
defects = [str(d) for p in mail.walk() for d in p.defects]
for name in mail.keys():
    defects += [str(d) for d in getattr(mail[name], 'defects', [])]
print(json.dumps({
    'subject': mail['subject'], 'from': mail['from'], 'to': mail['to'],
    'headers': {k.lower(): str(v) for k, v in mail.items()},
    'parts': [{'type': p.get_content_type(), 'name': p.get_filename(), 'text': p.get_content()} for p in leaves],
    'defects': defects,
}))
`;

export function parseMail(raw: string | Buffer): ParsedMail {
  return JSON.parse(execFileSync('python3', ['-c', script], { input: raw }).toString('utf8')) as ParsedMail;
}
