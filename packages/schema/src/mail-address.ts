/** An e-mail address in its parts, as addresses are compared: in lower case. */
interface AddressParts {
  readonly local: string;
  readonly domain: string;
}

/** An address in the form in which it is compared with those of {@link addressesMeantBy}. */
export function comparableAddress(address: string): string {
  const { local, domain } = partsOf(address);
  return `${local}@${domain}`;
}

/** The addresses that are meant by mail to `recipient`, to be compared: itself, and without the part behind a `+` if it has one. */
export function addressesMeantBy(recipient: string): string[] {
  const { local, domain } = partsOf(recipient);
  return [...new Set([local, withoutTag(local)])].map((one) => `${one}@${domain}`);
}

/**
 * Whether mail to `recipient` is meant by `address`: they are the same in any case of letters, or `address` has no part behind
 * a `+` and `recipient` has one (`support@example.com` also means `support+orders@example.com`).
 */
export function isMeantBy(recipient: string, address: string): boolean {
  return addressesMeantBy(recipient).includes(comparableAddress(address));
}

/** Whether a mailbox receives mail to an address: it is its own, with or without a part behind `+`, or of its domain for `*@domain`. */
export function mailboxReceives(mailbox: string, address: string): boolean {
  const own = partsOf(mailbox);
  return own.local === '*' ? partsOf(address).domain === own.domain : isMeantBy(address, mailbox);
}

function withoutTag(local: string): string {
  const plus = local.indexOf('+');
  return plus <= 0 ? local : local.slice(0, plus);
}

function partsOf(address: string): AddressParts {
  const text = address.trim().toLowerCase();
  const at = text.lastIndexOf('@');
  return { local: text.slice(0, Math.max(0, at)), domain: text.slice(at + 1) };
}
