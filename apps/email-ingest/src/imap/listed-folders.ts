import type { ImapFlow } from 'imapflow';
import { MAIL_LIMITS } from '../limits.js';
import { ImapFailure } from './imap-failure.error.js';

const LISTINGS: ReadonlySet<string> = new Set(['LIST', 'LSUB', 'XLIST']);

/** What is no part of the client's types; a test notices if one of them is no longer there. */
interface ResponseHandling {
  readonly currentRequest: object | false | undefined;
  getUntaggedHandler(command: string, attributes?: readonly unknown[]): unknown;
}

/**
 * Bounds the folders that a server lists in response to a command, which is asked about one. The client sorts them by their names in one go, again at each look at a
 * folder that it has not found: with the 190,000 that four megabytes can hold that takes seconds in which no other mailbox is looked at. `onExcess` gets the failure, and has to close the connection.
 */
export function boundListedFolders(client: ImapFlow, onExcess: (failure: ImapFailure) => void): void {
  const handling = client as unknown as ResponseHandling;
  const handlerOf = handling.getUntaggedHandler.bind(client);
  let listed = { request: handling.currentRequest, folders: 0 };
  handling.getUntaggedHandler = (command, attributes) => {
    if (!LISTINGS.has(command.toUpperCase())) return handlerOf(command, attributes);
    const request = handling.currentRequest;
    if (request !== listed.request) listed = { request, folders: 0 };
    listed.folders++;
    if (listed.folders <= MAIL_LIMITS.listedFolders) return handlerOf(command, attributes);
    onExcess(
      new ImapFailure(`The mail server listed more than ${MAIL_LIMITS.listedFolders} folders at once`, 'excess'),
    );
    return undefined;
  };
}
