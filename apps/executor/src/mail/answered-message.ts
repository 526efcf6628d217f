import { LIMITS } from '@millrace/contracts';
import type { ConfigOf } from '@millrace/schema';
import { valueField } from '../steps/fields.js';
import type { Evaluate } from '../steps/step-handler.js';
import { mailInvalid } from './mail-invalid.js';

/** Where an answer belongs: the message before it, and the thread up to that. */
export interface Thread {
  readonly inReplyTo: string;
  readonly references: readonly string[];
}

/** An id as it may be in a header: nothing that ends the line, or the id. */
const MESSAGE_ID = /^<[\x21-\x3b\x3d\x3f-\x7e]+>$/;

/** The field `reply_to_message` of an e-mail: a message as a mailbox gives it. One without an id has no thread. */
export function answeredField(config: ConfigOf<'email'>['reply_to_message']): Evaluate<Thread | undefined> {
  const valueOf = valueField(config, 'reply_to_message');
  return (scope, options) => threadOf(valueOf(scope, options));
}

function threadOf(value: unknown): Thread | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, 'message_id'))
    throw mailInvalid(
      'reply_to_message',
      'config.reply_to_message is no message, {message_id, references, …}, as the input of an execution that a message has started',
    );
  const { message_id: id, references } = value as Readonly<Record<string, unknown>>;
  if (!isMessageId(id)) return undefined;
  const before = Array.isArray(references) ? references.filter(isMessageId).filter((one) => one !== id) : [];
  return { inReplyTo: id, references: [...ends(before), id] };
}

function isMessageId(id: unknown): id is string {
  return typeof id === 'string' && id.length <= LIMITS.mailReferenceCharacters && MESSAGE_ID.test(id);
}

/** The first message of a thread, and the last ones (RFC 5537, 3.4.4 leaves out those between them). */
function ends(ids: readonly string[]): readonly string[] {
  const room = LIMITS.mailReferences - 1;
  return ids.length <= room ? ids : [...ids.slice(0, 1), ...ids.slice(1 - room)];
}
