import type { ImapFlow } from 'imapflow';

/** What is known of a connection's server and of the folder that is open. */
type Opened = Pick<ImapFlow, 'mailbox' | 'namespace' | 'capabilities' | 'enabled'>;

/** Why no message can be moved from the open folder to another; null when it can. */
export function moveRefusal(client: Opened, folder: string): string | null {
  if (client.mailbox && named(client.mailbox.path) === named(pathOf(client, folder)))
    return `Messages cannot be moved to the folder "${folder}": it is the one that is watched, where each would be a new one`;
  // The client would delete what it has copied by an EXPUNGE of all that anybody has marked as deleted.
  if (!['MOVE', 'UIDPLUS'].some((name) => client.capabilities.has(name)) && !isRevision2(client))
    return 'The mail server cannot move messages: it has neither MOVE nor UIDPLUS. Set "after" to "keep" or "seen"';
  return null;
}

/** Whether the client speaks IMAP4rev2 with the server, which has both. */
function isRevision2({ capabilities, enabled }: Opened): boolean {
  return enabled.has('IMAP4REV2') || (capabilities.has('IMAP4rev2') && !capabilities.has('IMAP4rev1'));
}

/** The whole name of a folder, as the client makes it: with the prefix under which the server has the folders of a user. */
function pathOf({ namespace }: Opened, folder: string): string {
  const prefix = namespace?.prefix ?? '';
  return named(folder) === 'inbox' || folder.startsWith(prefix) ? folder : prefix + folder;
}

/** Servers may take names that differ in the case of letters alone for one. */
function named(path: string): string {
  return path.toLowerCase();
}
