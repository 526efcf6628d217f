import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';

/** Headers that Millrace puts on messages. */
export const HEADERS = {
  requestId: 'X-Request-Id',
  /** The trace that a message belongs to, as W3C Trace Context writes it. */
  traceparent: 'traceparent',
  /** On a question: the entry of the audit log in which what it changes is recorded. */
  auditEntry: 'Millrace-Audit-Entry',
  /** On a question: the write under an `Idempotency-Key` that it is part of; see {@link KeyedWrite}. */
  keyedWrite: 'Millrace-Keyed-Write',
  /** Name of the object that holds the payload; the message itself then has at most its outline. */
  payloadObject: 'Millrace-Payload-Object',
  /** More messages of the same subject follow soon: whoever works on batches may wait for them. */
  continues: 'Millrace-Continues',
  /** On a question: its asker finds large replies in their own bucket. On a reply: the name of the object there. */
  replyObject: 'Millrace-Reply-Object',
  /** On a large question: whose it is. Large ones take turns by it. */
  owner: 'Millrace-Owner',
  /** On a question: milliseconds after which its asker does not wait any more. */
  patience: 'Millrace-Patience',
  /** Code of the error that a reply carries instead of an answer. */
  error: 'Millrace-Error',
  /** On a dead letter: why, and where it came from. */
  reason: 'Millrace-Reason',
  originStream: 'Millrace-Stream',
  originSubject: 'Millrace-Subject',
  originSequence: 'Millrace-Sequence',
  originConsumer: 'Millrace-Consumer',
  deliveries: 'Millrace-Deliveries',
} as const;

/** Headers of the server that Millrace reads or sets. */
export const SERVER_HEADERS = {
  messageId: 'Nats-Msg-Id',
  /** `sub`: the message replaces all earlier ones of its subject. */
  rollup: 'Nats-Rollup',
  /** `<seconds>s`: the server removes the message so long after it is stored. */
  expiry: 'Nats-TTL',
  /** `@at <RFC 3339>`: the message is a timer, and the server stores a copy on the target's subject at that time. */
  schedule: 'Nats-Schedule',
  scheduleTarget: 'Nats-Schedule-Target',
  expectedLastSubjectSequence: 'Nats-Expected-Last-Subject-Sequence',
  /** The subjects that the expected sequence is the last of, where they are not the message's own. May have wildcards. */
  expectedOnSubject: 'Nats-Expected-Last-Subject-Sequence-Subject',
  sequence: 'Nats-Sequence',
  subject: 'Nats-Subject',
  timestamp: 'Nats-Time-Stamp',
  pending: 'Nats-Num-Pending',
  pullPending: 'Nats-Pending-Messages',
  kvOperation: 'KV-Operation',
} as const;

/** JSON as bytes. `undefined` travels as `null`. */
export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(stringifyJson(value) ?? 'null', 'utf8');
}

/** Bytes as JSON; throws SyntaxError. */
export function decodeJson(data: Uint8Array): unknown {
  return parseJson(textOf(data));
}

/** Bytes as UTF-8 text. */
export function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}

/** A header's value, or undefined: the client returns '' for one that is not there. */
export function headerOf(message: { headers?: MsgHdrs | undefined }, name: string): string | undefined {
  const value = message.headers?.get(name);
  return value === '' ? undefined : value;
}

/** A text that may be in a header or a termination reason: one line, at most 500 characters. */
export function headerText(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').slice(0, 500);
}

/** New, empty headers. */
export function newHeaders(): MsgHdrs {
  return headers();
}

/** The status code of a message that is no payload but a status of the server (404, 408, …), or 0. */
export function statusOf(message: Msg): number {
  return message.data.length === 0 ? (message.headers?.code ?? 0) : 0;
}
