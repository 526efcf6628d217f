import type { ImapFlow, MailboxObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { ImapFailure } from './imap-failure.error.js';

/** A token of a response. */
interface Token {
  readonly value?: unknown;
}

const LISTINGS: ReadonlySet<string> = new Set(['LIST', 'LSUB', 'XLIST']);

/** What is no part of the client's types; a test notices if one of them is no longer there. */
interface ResponseHandling {
  readonly currentRequest: object | false | undefined;
  getUntaggedHandler(command: string, attributes?: readonly (Token | null)[]): unknown;
  /** The name that its handler has: behind a number, as in `* 1 FETCH`, it is the first attribute. */
  normalizeUntaggedCommand(command: string, attributes: readonly (Token | null)[]): string;
}

/**
 * Bounds the folders that a server lists in response to a command, which is asked about one, and the length of their names. The client sorts them by
 * their names in one go, again at each look at a folder that it has not found, and makes an array of the parts of each name: four megabytes can hold
 * 190,000 names, which take seconds in which no other mailbox is looked at, or names of four million parts, which take all of the process's memory.
 * `onExcess` gets the failure, and has to close the connection.
 */
export function boundListedFolders(client: ImapFlow, onExcess: (failure: ImapFailure) => void): void {
  const handling = client as unknown as ResponseHandling;
  const handlerOf = handling.getUntaggedHandler.bind(client);
  const { listedFolders, listedCharacters } = MAIL_LIMITS;
  let listed = { request: handling.currentRequest, folders: 0, characters: 0 };
  handling.getUntaggedHandler = (command, attributes = []) => {
    if (!LISTINGS.has(handling.normalizeUntaggedCommand(command, attributes))) return handlerOf(command, attributes);
    const request = handling.currentRequest;
    if (request !== listed.request) listed = { request, folders: 0, characters: 0 };
    listed.folders++;
    listed.characters += charactersOf(attributes);
    if (listed.folders <= listedFolders && listed.characters <= listedCharacters) return handlerOf(command, attributes);
    const most = `${listedFolders} folders, or ${listedCharacters} characters of their names,`;
    onExcess(new ImapFailure(`The mail server listed more than ${most} at once`, 'excess'));
    return undefined;
  };
}

/** Opens a folder, and has the client keep no other: it keeps all that were listed for as long as it is connected, and a server may list others at each look. */
export async function openAlone(client: ImapFlow, folder: string, readOnly: boolean): Promise<MailboxObject> {
  try {
    return await client.mailboxOpen(folder, { readOnly });
  } finally {
    const { folders } = client as unknown as { readonly folders: Map<string, unknown> };
    const open = client.mailbox === false ? undefined : client.mailbox.path;
    for (const path of folders.keys()) if (path !== open) folders.delete(path);
  }
}

function charactersOf(tokens: readonly (Token | null)[]): number {
  return tokens.reduce((sum, token) => sum + lengthOf(token?.value), 0);
}

/** Of a name, which comes as bytes where the server sends it as a literal. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0;
}
