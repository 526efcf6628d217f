import type { MessageHead } from '../imap/message-head.js';
import { digest } from '../mailboxes/mailbox.js';
import type { MessageFacts } from './ingested-messages.repository.js';

/** Characters of sender and subject that are kept to be shown. */
const SHOWN_CHARACTERS = 300;

/**
 * What a message is known by in its mailbox, wherever it lies. A Message-ID, a date, a sender and a subject are what the sender says, and
 * anybody can say the same before him. So its size is part of it, and when the server got it, which nobody else chooses: both stay the same
 * where it is moved (RFC 9051, 6.4.7) or numbered anew.
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
  const parts = [
    ...former,
    ...(messageId === null ? [] : [size]),
    ...(arrivedAt === null ? [] : [arrivedAt.toISOString()]),
  ];
  return parts.length === former.length ? { key: keyOf(former) } : { key: keyOf(parts), former_key: keyOf(former) };
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
