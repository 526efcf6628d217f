/** An e-mail address in its parts, as addresses are compared: in lower case. */
interface AddressParts {
  readonly local: string;
  readonly domain: string;
}

/**
 * Whether mail to `recipient` is meant by `address`: they are the same in any case of letters, or `address` has no part behind
 * a `+` and `recipient` has one (`support@example.com` also means `support+orders@example.com`).
 */
export function isMeantBy(recipient: string, address: string): boolean {
  const [sent, wanted] = [partsOf(recipient), partsOf(address)];
  if (sent.domain !== wanted.domain) return false;
  return sent.local === wanted.local || withoutTag(sent.local) === wanted.local;
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
