import type { ImapFlow } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { isWord, lengthOf, responseHandling, type SentCommand, type Token, type Word } from './response-handling.js';

/** The places of a part's parameters, of its encoding, and of what only some parts have. */
const [PARAMETERS, ENCODING, BEHIND_ALL] = [2, 5, 7];
/** Of one part, more than any kind of them has. */
const MOST_WORDS = 15;

/**
 * Bounds what a server says of messages to what it was asked for, and what it says of their parts to what is read of it. The client decodes all of it in
 * one go, asked for or not: the subjects and names of an ENVELOPE, and each parameter of each part. What a word costs grows with its encoded words, and
 * pieces of a parameter are put together first, so that two megabytes take a minute in which no other mailbox is looked at.
 */
export function boundMessageStructures(client: ImapFlow): void {
  const handling = responseHandling(client);
  const handlerOf = handling.getUntaggedHandler.bind(client);
  handling.getUntaggedHandler = (command, attributes = []) => {
    const [, items] = attributes;
    if (handling.normalizeUntaggedCommand(command, attributes) === 'FETCH' && Array.isArray(items))
      attributes[1] = boundedItems(items, askedFor(handling.currentRequest || {}));
    return handlerOf(command, attributes);
  };
}

/** The names of what a command asks for, such as UID and BODYSTRUCTURE; of another one than FETCH none. */
function askedFor({ command = '', attributes }: SentCommand): ReadonlySet<string> {
  const [, items] = /FETCH$/.test(command) && Array.isArray(attributes) ? (attributes as Token[]) : [];
  const words = Array.isArray(items) ? items : [items ?? null];
  return new Set(words.map((word) => nameOf(word).replace('.PEEK', '')));
}

function nameOf(token: Token | undefined): string {
  return isWord(token) && typeof token.value === 'string' ? token.value.toUpperCase() : '';
}

/** Pairs of a name and what it stands for. */
function boundedItems(items: readonly Token[], asked: ReadonlySet<string>): Token[] {
  const bounded: Token[] = [];
  for (let index = 0; index + 1 < items.length; index += 2) {
    const [key = null, value = null] = items.slice(index, index + 2);
    const name = nameOf(key);
    if (!asked.has(name) || charactersOf(key) > MAIL_LIMITS.wordCharacters) continue;
    if (name === 'BODYSTRUCTURE') bounded.push(key, boundedStructure(value));
    // The content of a message is not looked into.
    else if (isWord(key) && key.section !== undefined) bounded.push(key, value);
    else if (charactersOf(value) <= MAIL_LIMITS.wordCharacters) bounded.push(key, value);
  }
  return bounded;
}

/** Of a token and all in it. */
function charactersOf(token: Token): number {
  if (token === null) return 0;
  if (Array.isArray(token)) return token.reduce((sum: number, one) => sum + charactersOf(one), 0);
  const { section } = token;
  return lengthOf(token.value) + (Array.isArray(section) ? charactersOf(section as Token[]) : 0);
}

/** One part more, and one deeper, than a message may have: who reads it apart has to notice. */
function boundedStructure(structure: Token): Token {
  let parts = 0;
  const bounded = (part: Token[], depth: number): Token[] => {
    parts++;
    if (depth > MAIL_LIMITS.partDepth) return [];
    if (!Array.isArray(part[0])) return boundedPart(part);
    const children: Token[] = [];
    let index = 0;
    for (let child: Token | undefined = part[0]; Array.isArray(child); child = part[++index])
      if (parts <= MAIL_LIMITS.parts) children.push(bounded(child, depth + 1));
    return [...children, bare(part[index]), boundaryOf(part[index + 1])];
  };
  return Array.isArray(structure) ? bounded(structure, 0) : null;
}

/** Its type, encoding and size, and how it is meant to be shown, each in its place: servers leave some out, which the client knows by the number of them. */
function boundedPart(part: readonly Token[]): Token[] {
  const isMessage = nameOf(part[0]) === 'MESSAGE' && nameOf(part[1]) === 'RFC822';
  return part.slice(0, MOST_WORDS).map((token, index) => {
    // Parameters, id and description.
    if (index >= PARAMETERS && index < ENCODING) return null;
    // The envelope of an attached message, and its parts: it is not taken apart.
    if (isMessage && (index === BEHIND_ALL || index === BEHIND_ALL + 1)) return null;
    return Array.isArray(token) ? [bare(token[0])] : bare(token);
  });
}

/** A word without what is in brackets; null for a list, and for a word that is too long. */
function bare(token: Token | undefined): Token {
  if (!isWord(token) || lengthOf(token.value) > MAIL_LIMITS.wordCharacters) return null;
  return { ...token, section: undefined };
}

/** Of a list of names and values what separates parts, which may come in pieces. It is one character longer than it may be where it is too long. */
function boundaryOf(parameters: Token | undefined): Token[] {
  const bounded: Token[] = [];
  let room = MAIL_LIMITS.boundaryCharacters + 1;
  for (let index = 0; Array.isArray(parameters) && index + 1 < parameters.length; index += 2) {
    const [name, value] = parameters.slice(index, index + 2);
    if (!isWord(name) || !isWord(value) || !/^BOUNDARY(?:\*\d{0,3}\*?)?$/.test(nameOf(name)) || room === 0) continue;
    const cut = cutTo(value, room);
    // Encoded words are none, and pieces of them: there would be nothing that is separated by them.
    if (cut.includes(nameOf(name).includes('*') ? '?' : '=?')) continue;
    room -= cut.length;
    bounded.push(name, { ...value, value: cut });
  }
  return bounded;
}

function cutTo({ value }: Word, length: number): string {
  if (Buffer.isBuffer(value)) return value.toString('utf8', 0, length);
  return typeof value === 'string' ? value.slice(0, length) : '';
}
