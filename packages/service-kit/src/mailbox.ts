import { domainToASCII } from 'node:url';

/** A person or role, and where their mail goes. */
export interface Mailbox {
  /** Empty for none. */
  readonly name: string;
  /** Plain ASCII; the domain of an international address in its ASCII form. */
  readonly address: string;
}

const LONGEST_NAME = 200;
const LONGEST_LOCAL_PART = 64;
const LONGEST_ADDRESS = 254;
/** No mailbox is longer as text; what is, is not looked at. */
const LONGEST_TEXT = 1_000;

const CONTROL_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u;
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN_TEXT = /^[\p{L}\p{M}\p{N}.-]+$/u;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * Reads one mailbox: `ada@example.com`, or a name in front, `Ada <ada@example.com>`. Never more than one, whatever the text
 * holds: the name is everything before the last `<`. Returns what is wrong with a text that is none.
 */
export function parseMailbox(text: string): Mailbox | { readonly problem: string } {
  if (text.length > LONGEST_TEXT) return { problem: `has more than ${LONGEST_TEXT} characters` };
  if (CONTROL_CHARACTER.test(text)) return { problem: 'has a line break or another control character' };
  const trimmed = text.trim();
  const start = trimmed.endsWith('>') ? trimmed.lastIndexOf('<') : -1;
  const name = start < 0 ? '' : unquoted(trimmed.slice(0, start).trim());
  if (name.length > LONGEST_NAME) return { problem: `has a name of more than ${LONGEST_NAME} characters` };
  const address = parseAddress(start < 0 ? trimmed : trimmed.slice(start + 1, -1).trim());
  return typeof address === 'string' ? { name, address } : address;
}

/** The part of an address behind its `@`. */
export function domainOf({ address }: Mailbox): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function parseAddress(text: string): string | { readonly problem: string } {
  if (/[,;]/.test(text)) return { problem: 'is not one address; give several as an array' };
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = text.slice(at + 1);
  if (at < 1 || domain === '') return { problem: 'is not an address such as "ada@example.com"' };
  if (/[^\0-\x7f]/.test(local)) return { problem: 'has letters before the "@" that mail servers do not take' };
  if (local.length > LONGEST_LOCAL_PART || text.length > LONGEST_ADDRESS) return { problem: 'is too long an address' };
  if (!LOCAL_PART.test(local) || !DOMAIN_TEXT.test(domain)) return { problem: 'has characters that no address has' };
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  const isDomain =
    labels.length > 1 &&
    labels.every((label) => label.length <= 63 && DOMAIN_LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '');
  return isDomain ? `${local}@${ascii}` : { problem: 'has no domain such as "example.com" behind the "@"' };
}

/** `"Lovelace, Ada"` without the marks, as names with a comma are written. */
function unquoted(name: string): string {
  const isQuoted = name.length > 1 && name.startsWith('"') && name.endsWith('"');
  return isQuoted ? name.slice(1, -1).replace(/\\(.)/g, '$1') : name;
}
