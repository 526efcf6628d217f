import type { ImapFlow } from 'imapflow';

/** What a response says in one place: a word with what is in brackets behind it, or a list. */
export type Token = { value?: unknown; section?: unknown; readonly type?: string } | Token[] | null;

/** A word of a response, with what is in brackets behind it. */
export type Word = Exclude<Token, Token[] | null>;

/** A command that the client has sent, as it is made up. */
export interface SentCommand {
  readonly command?: string;
  readonly attributes?: unknown;
}

/** A command that has no response yet. */
interface OpenRequest {
  reject(error: Error): void;
}

/** What ends a command: `OK`, `NO` or `BAD`, and what the server says behind it. */
interface TaggedResponse {
  readonly command?: string;
  readonly attributes?: Token[];
}

/** What the client calls to deal with responses. It is no part of its types; tests notice if any of it is no longer there. */
export interface ResponseHandling {
  readonly currentRequest: SentCommand | false | undefined;
  getUntaggedHandler(command: string, attributes?: Token[]): unknown;
  /** Deals with what a response has in brackets, such as `[CAPABILITY IMAP4rev1]`. */
  getSectionHandler(name: string): ((section: Token[]) => Promise<void>) | undefined;
  /** The name that its handler has: behind a number, as in `* 1 FETCH`, it is the first attribute. */
  normalizeUntaggedCommand(command: string, attributes: readonly Token[]): string;
  settleRequest(request: OpenRequest, response: TaggedResponse, more: boolean): Promise<void>;
}

export function responseHandling(client: ImapFlow): ResponseHandling {
  return client as unknown as ResponseHandling;
}

export function isWord(token: Token | undefined): token is Word {
  return token !== null && token !== undefined && !Array.isArray(token);
}

/** Of a word, which comes as bytes where the server sends it as a literal. */
export function lengthOf(value: unknown): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0;
}
