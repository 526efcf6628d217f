import type { ImapConnection } from '../imap/imap-connection.js';
import { ImapFailure } from '../imap/imap-failure.error.js';
import { hasAttachment } from '../parsing/message-outline.js';
import { UnreadableMessageError } from '../parsing/unreadable-message.error.js';

/** Asks a server which messages have an attachment, without fetching them. */
export class AskedAttachments {
  /** It is asked nothing more once it has sent too much for a message, which closes the connection. */
  #isOver = false;

  constructor(private readonly connection: Pick<ImapConnection, 'structure' | 'isClosed'>) {}

  /** Null where the server does not say: that is no fault of the account, since most messages are read without it. Rejects with {@link ImapFailure}. */
  async of(uid: number): Promise<boolean | null> {
    if (this.#isOver) return null;
    try {
      const structure = await this.connection.structure(uid);
      return structure === null ? null : hasAttachment(structure);
    } catch (error) {
      const isAbout = error instanceof ImapFailure && error.kind === 'message';
      if (!isAbout && !(error instanceof UnreadableMessageError)) throw error;
      this.#isOver = this.connection.isClosed;
      return null;
    }
  }
}
