// The `.sha256` file beside an archive or in its bundle: one line as sha256sum writes and checks it.

/** `<hex>  <base name of the archive>\n` */
export function formatDigestLine(sha256: string, archiveName: string): string {
  return `${sha256}  ${archiveName}\n`;
}

/** The digest in lower case, or undefined when the text does not begin with one. The name behind it is not looked at. */
export function parseDigestLine(text: string): string | undefined {
  return /^\s*\\?([0-9a-f]{64})(?:\s|$)/iu.exec(text)?.[1]?.toLowerCase();
}
