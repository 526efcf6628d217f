import type { ImapFlow, MailboxObject } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { ImapFailure } from './imap-failure.error.js';
import { isWord, lengthOf, responseHandling, type Token } from './response-handling.js';

const LISTINGS: ReadonlySet<string> = new Set(['LIST', 'LSUB', 'XLIST']);

/**
 * Bounds the folders that a server lists in response to a command, which is asked about one, and the length of their names. The client sorts them by
 * their names in one go, again at each look at a folder that it has not found, and makes an array of the parts of each name: four megabytes can hold
 * 190,000 names, which take seconds in which no other mailbox is looked at, or names of four million parts, which take all of the process's memory.
 * `onExcess` gets the failure, and has to close the connection.
 */
export function boundListedFolders(client: ImapFlow, onExcess: (failure: ImapFailure) => void): void {
  const handling = responseHandling(client);
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

function charactersOf(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + (isWord(token) ? lengthOf(token.value) : 0), 0);
}
