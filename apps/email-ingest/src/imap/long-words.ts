import type { ImapFlow } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { isWord, lengthOf, responseHandling, type Token } from './response-handling.js';

/** Of these, whose words may be long, others see to it that they cost no more than they have. */
const SEEN_TO: ReadonlySet<string> = new Set(['FETCH', 'ESEARCH', 'SEARCH', 'LIST', 'LSUB', 'XLIST']);

/**
 * Leaves long words out of all that a server says, and cuts what it says to people. The client keeps flags, names and capabilities for as long as it is
 * connected, and what it does with a name of a folder takes time that grows with the square of its length: four seconds for a million characters. None
 * that anybody here asks for is as long.
 */
export function boundWords(client: ImapFlow): void {
  const handling = responseHandling(client);
  const handlerOf = handling.getUntaggedHandler.bind(client);
  const sectionHandlerOf = handling.getSectionHandler.bind(client);
  const settle = handling.settleRequest.bind(client);
  const { authCapabilities } = client as unknown as { readonly authCapabilities: Map<string, unknown> };
  handling.getUntaggedHandler = (command, attributes = []) => {
    const name = handling.normalizeUntaggedCommand(command, attributes);
    if (!SEEN_TO.has(name)) withoutLong(attributes);
    // Nobody asks who made the server, and a reply of many words would be kept.
    if (name === 'ID') return undefined;
    if (name === 'CAPABILITY') forgetMany(authCapabilities);
    return handlerOf(command, attributes);
  };
  handling.getSectionHandler = (name) => {
    const handler = sectionHandlerOf(name);
    if (handler === undefined) return undefined;
    return (section) => {
      withoutLong(section);
      forgetMany(authCapabilities);
      return handler(section);
    };
  };
  handling.settleRequest = (request, response, more) => {
    withoutLong(response.attributes ?? []);
    return settle(request, response, more);
  };
}

/** Changes a response in its place. */
function withoutLong(tokens: Token[]): void {
  const { wordCharacters } = MAIL_LIMITS;
  for (const [index, token] of tokens.entries()) {
    if (Array.isArray(token)) withoutLong(token);
    if (!isWord(token)) continue;
    if (Array.isArray(token.section)) withoutLong(token.section as Token[]);
    if (lengthOf(token.value) <= wordCharacters) continue;
    if (token.type === 'TEXT' && typeof token.value === 'string') token.value = token.value.slice(0, wordCharacters);
    else tokens[index] = null;
  }
}

/** The client adds the ways to log in of each list of capabilities to those of the ones before. */
function forgetMany(ways: Map<string, unknown>): void {
  if (ways.size > MAIL_LIMITS.waysToLogIn) ways.clear();
}
