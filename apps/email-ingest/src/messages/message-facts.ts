import type { MessageHead } from '../imap/message-head.js';
import { digest } from '../mailboxes/mailbox.js';
import type { MessageFacts } from './ingested-messages.repository.js';

/** Characters of sender and subject that are kept to be shown. */
const SHOWN_CHARACTERS = 300;

/**
 * What a message is known by in its mailbox, wherever it lies: a Message-ID alone may be that of several. One that has none is
 * recognised by its size, and by when the server got it, which stays the same where it is moved or numbered anew.
 */
function keysOf({
  messageId,
  date,
  from,
  subject,
  size,
  arrivedAt,
}: MessageHead): Pick<MessageFacts, 'key' | 'former_key'> {
  const former = [messageId ?? size, date, from, subject];
  if (messageId !== null || arrivedAt === null) return { key: keyOf(former) };
  return { key: keyOf([...former, arrivedAt.toISOString()]), former_key: keyOf(former) };
}

function keyOf(parts: readonly unknown[]): string {
  return digest(JSON.stringify(parts));
}

/** What is kept of a message. */
export function factsOf(head: MessageHead): MessageFacts {
  return {
    ...keysOf(head),
    message_id: shown(head.messageId),
    sender: shown(head.from),
    subject: shown(head.subject),
  };
}

function shown(text: string | null): string | null {
  return text === null ? null : text.slice(0, SHOWN_CHARACTERS);
}
