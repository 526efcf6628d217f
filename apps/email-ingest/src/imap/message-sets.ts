import type { ImapFlow } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { ImapFailure } from './imap-failure.error.js';
import { isWord, responseHandling, type SentCommand, type Token } from './response-handling.js';

/** What a search found, without ranges: the client reads numbers by themselves where there is nothing else. */
interface FoundOneByOne {
  readonly numbers?: readonly number[];
  readonly attributes?: readonly Token[];
}

/**
 * Bounds the sets of messages that a server names. The client expands `1:16777216`, ten bytes, to sixteen million numbers, for each such response: that
 * takes seconds in which no other mailbox is looked at, or all of the process's memory.
 *
 * - `VANISHED` is left out: nobody here keeps a list of messages.
 * - `COPYUID`, which numbers messages have where they were moved to, is left out as well.
 * - What a search found is read up to `MAIL_LIMITS.foundMessages`, in ranges or one by one; `onExcess` gets the failure beyond, and has to close the
 *   connection. So are the rows of what is fetched, which the client keeps, also of messages that nobody has asked for.
 */
export function boundMessageSets(client: ImapFlow, onExcess: (failure: ImapFailure) => void): void {
  const handling = responseHandling(client);
  const handlerOf = handling.getUntaggedHandler.bind(client);
  const settle = handling.settleRequest.bind(client);
  let found = { request: handling.currentRequest, messages: 0 };
  /** Whether what the response to the running request has named is no more than may be held, with what it names now. */
  const isHeld = (messages: number): boolean => {
    const request = handling.currentRequest;
    if (request !== found.request) found = { request, messages: 0 };
    found.messages += messages;
    if (found.messages <= MAIL_LIMITS.foundMessages) return true;
    const message = `The mail server named more than ${MAIL_LIMITS.foundMessages} messages at once`;
    onExcess(new ImapFailure(message, 'excess'));
    return false;
  };
  handling.getUntaggedHandler = (command, attributes = []) => {
    withoutCopied(attributes);
    const name = handling.normalizeUntaggedCommand(command, attributes);
    if (name === 'VANISHED') return undefined;
    if (name === 'FETCH' && isFetch(handling.currentRequest) && !isHeld(1)) return undefined;
    if (name === 'ESEARCH' && !isHeld(messagesIn(attributes))) return undefined;
    const handler = handlerOf(command, attributes);
    if (name !== 'SEARCH' || typeof handler !== 'function') return handler;
    return (response: FoundOneByOne): unknown => {
      const { numbers = response.attributes ?? [] } = response;
      return isHeld(numbers.length) ? (handler as (response: FoundOneByOne) => unknown)(response) : undefined;
    };
  };
  handling.settleRequest = (request, response, more) => {
    withoutCopied(response.attributes ?? []);
    return settle(request, response, more);
  };
}

function isFetch(request: SentCommand | false | undefined): boolean {
  return /FETCH$/.test((request || {}).command ?? '');
}

/** Takes the code `COPYUID` out of a response, with its sets. */
function withoutCopied([first]: readonly Token[]): void {
  if (!isWord(first) || !Array.isArray(first.section)) return;
  const [code] = first.section as Token[];
  if (isWord(code) && code.value === 'COPYUID') first.section = [];
}

/** How many messages the sets among these tokens name; what is no set names one at most. */
function messagesIn(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + (isWord(token) ? namedBy(token.value) : 0), 0);
}

function namedBy(value: unknown): number {
  if (typeof value !== 'string') return 0;
  return value.split(',').reduce((sum, range) => {
    const [first = 0, last = first] = range.split(':').map(Number);
    // Nothing but numbers is expanded.
    return sum + (Number.isFinite(last - first) ? Math.abs(last - first) + 1 : 1);
  }, 0);
}
