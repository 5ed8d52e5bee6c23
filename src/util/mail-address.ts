// Mail addresses, as far as we let them into headers and envelopes: plain ASCII, no quotes, no comments, no line breaks.

const atom = String.raw`[A-Za-z0-9!#$%&'*+/=?^_{|}~\x60-]+`;
const localPart = String.raw`${atom}(?:\.${atom})*`;
const domain = String.raw`[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*`;
const address = new RegExp(`^${localPart}@${domain}$`);
const localName = new RegExp(`^${localPart}$`);

/** The longest address that RFC 5321 allows. */
const maxLength = 254;

/** `name@domain`, where the domain may be a bare host name. */
export function isMailAddress(text: string): boolean {
  return text.length <= maxLength && address.test(text);
}

/** An address that another machine can deliver to: its domain has a dot. */
export function isPublicMailAddress(text: string): boolean {
  return isMailAddress(text) && domainOf(text).includes('.');
}

/** A mailbox of this machine, such as `root`: for a local mail program only. */
export function isLocalMailbox(text: string): boolean {
  return text.length <= maxLength && localName.test(text);
}

/** What stands behind the @, in lower case; empty for a local mailbox. */
export function domainOf(text: string): string {
  const at = text.lastIndexOf('@');
  return at < 0 ? '' : text.slice(at + 1).toLowerCase();
}
