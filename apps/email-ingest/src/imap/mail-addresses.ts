import addressparser from 'nodemailer/lib/addressparser';
import { MAIL_LIMITS } from '../limits.js';

/** Characters of a field that are read apart at a time: at worst that takes a few milliseconds. */
const SLICE = 8 * 1024;

/** An address as a header field has it: its name is not decoded. Either is empty where it is missing. */
export interface FieldAddress {
  readonly name: string;
  readonly address: string;
}

/** The first address of a field; one of a group too. Of a field that has none what it has of a name. */
export function firstAddress(field: string): FieldAddress {
  const found = parsed(field.slice(0, SLICE));
  return found.find(({ address }) => address !== '') ?? found[0] ?? { name: '', address: '' };
}

/**
 * The addresses of a field, of its first `most` entries; those of groups too. Waits for a `turn` before each slice of it: the library takes
 * time in proportion to the field, but a tenth of a second for the longest one.
 */
export async function addressesIn(field: string, most: number, turn: () => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  let slice = '';
  const read = async (): Promise<void> => {
    await turn();
    for (const { address } of parsed(slice)) if (address.includes('@')) found.push(address);
    slice = '';
  };
  for (const entry of entriesOf(field, most)) {
    if (slice.length + entry.length > SLICE) await read();
    slice += `${entry},`;
  }
  if (slice !== '') await read();
  return found;
}

/** Domains are in lower case, as mail servers have them in an ENVELOPE. */
function parsed(list: string): FieldAddress[] {
  return addressparser(list, { flatten: true }).map(({ name, address }) => ({
    name,
    address: address.replace(/@[^@]*$/, (domain) => domain.toLowerCase()),
  }));
}

/** What is between the commas of a field that are neither in quotes nor in a comment. What is too long for an address is left out. */
function entriesOf(field: string, most: number): string[] {
  const entries: string[] = [];
  let start = 0;
  let comments = 0;
  let isQuoted = false;
  for (let index = 0; index <= field.length && entries.length < most; index++) {
    const character = field[index];
    if (character === '\\' && index + 1 < field.length) index++;
    else if (isQuoted) isQuoted = character !== '"' && character !== undefined;
    else if (character === '"' && comments === 0) isQuoted = true;
    else if (character === '(') comments++;
    else if (character === ')') comments = Math.max(0, comments - 1);
    if (character === undefined || (character === ',' && !isQuoted && comments === 0)) {
      if (index - start <= MAIL_LIMITS.recipientCharacters) entries.push(field.slice(start, index));
      start = index + 1;
    }
  }
  return entries;
}
