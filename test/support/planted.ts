// Secrets that a test plants, and the search for them in everything that comes out: also in the spellings that they take on
// their way (percent-encoded, JSON, HTML, Base64 at any offset, hexadecimal).

/** Found: where, and how it was spelled. */
export interface Leak {
  secret: string;
  sink: string;
  spelling: string;
}

export function findLeaks(
  secrets: Readonly<Record<string, string>>,
  sinks: Readonly<Record<string, string>>,
): Leak[] {
  return Object.entries(secrets).flatMap(([secret, value]) =>
    Object.entries(sinks).flatMap(([sink, text]) =>
      Object.entries({ ...spellingsOf(value), ...halfOf(value) })
        .filter(([, spelled]) => text.includes(spelled))
        .map(([spelling]) => ({ secret, sink, spelling })),
    ),
  );
}

export function spellingsOf(secret: string): Record<string, string> {
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return {
    plain: secret,
    percent: encodeURIComponent(secret),
    json: JSON.stringify(secret).slice(1, -1),
    html,
    hex: Buffer.from(secret).toString('hex'),
    ...Object.fromEntries([0, 1, 2].map((offset) => [`base64+${offset}`, base64At(secret, offset)])),
  };
}

/** Half of a secret is one too: a text that is cut must have been redacted before. */
function halfOf(secret: string): Record<string, string> {
  return secret.length >= 16 ? { half: secret.slice(0, Math.ceil(secret.length / 2)) } : {};
}

/** What stands in a Base64 text that holds the secret behind this many bytes (mod 3), whatever surrounds it. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
  return whole.toString('base64').slice(offset === 0 ? 0 : 4);
}
