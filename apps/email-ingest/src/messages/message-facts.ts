import type { MessageHead } from '../imap/message-head.js';
import { digest } from '../mailboxes/mailbox.js';
import type { MessageFacts } from './ingested-messages.repository.js';

/** Characters of sender and subject that are kept to be shown. */
const SHOWN_CHARACTERS = 300;

/**
 * What a message is known by in its mailbox, wherever it lies: a Message-ID alone may be that of several. One that has none is
 * recognised by its size too.
 */
function messageKey({ messageId, date, from, subject, size }: MessageHead): string {
  return digest(JSON.stringify([messageId ?? size, date, from, subject]));
}

/** What is kept of a message. */
export function factsOf(head: MessageHead): MessageFacts {
  return {
    key: messageKey(head),
    message_id: shown(head.messageId),
    sender: shown(head.from),
    subject: shown(head.subject),
  };
}

function shown(text: string | null): string | null {
  return text === null ? null : text.slice(0, SHOWN_CHARACTERS);
}
