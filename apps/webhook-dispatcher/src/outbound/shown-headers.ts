import { MASK, shortened } from '@millrace/contracts';
import type { TextMask } from '@millrace/service-kit/redaction';
import { maskedHeaders } from '../inbound/trigger-headers.js';

/** Of one response, and their characters, names included. */
const MOST_HEADERS = 30;
const MOST_CHARACTERS = 2_048;
const VALUE_CHARACTERS = 500;
/** They say most about why an event was not taken: nothing that an endpoint sends besides takes their room. */
const FIRST = ['retry-after', 'location', 'content-type'];
/** Others cannot be members of what a database keeps. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,99}$/;

type Headers = Readonly<Record<string, string>>;

/**
 * The headers of a response as they are recorded: names in lower case; without what `mask` hides and without the values of credentials, cookies
 * among them; the first that fit, with the telling ones before all others.
 */
export function shownHeaders(headers: Headers, mask: Pick<TextMask, 'apply'>): Record<string, string> {
  const harmless = maskedHeaders(headers, []);
  const names = new Set([...FIRST.filter((name) => Object.hasOwn(harmless, name)), ...Object.keys(harmless)]);
  const shown: [string, string][] = [];
  let left = MOST_CHARACTERS;
  for (const name of names) {
    if (shown.length === MOST_HEADERS) break;
    if (!NAME.test(name) || mask.apply(name) !== name) continue;
    // Masked first: what is left of a password that is cut off would not be found.
    const value = shortened(mask.apply(harmless[name] ?? MASK), VALUE_CHARACTERS);
    if (name.length + value.length > left) continue;
    left -= name.length + value.length;
    shown.push([name, value]);
  }
  return Object.fromEntries(shown);
}
