import { RunRequested, STREAMS, type OwnLanes } from '@millrace/contracts';
import type { Msg, MsgHdrs } from '@nats-io/transport-node';
import { isConcrete } from '../concrete-subject.js';
import { BATCH_BYTES, readBatch, retried, sequenceOf } from '../direct-get.js';
import { sizeInName, type PayloadStore } from '../payload-store.js';
import type { Publisher } from '../publisher.js';
import type { ReplyMux } from '../reply-mux.js';
import type { ConsumerSpec, Topology } from '../topology.js';
import { isUnreadable } from '../unreadable.js';
import { decodeJson, encodeJson, headerOf, HEADERS, newHeaders, SERVER_HEADERS } from '../wire.js';
import { RequeueRefusedError, type DeadLetters, type StoredDeadLetter } from './dead-letters.js';

const TIMEOUT_MS = 5_000;
const STREAM = STREAMS.deadLetters;

/** What was added when the message became a dead letter. */
const ADDED: readonly string[] = [
  HEADERS.reason,
  HEADERS.originStream,
  HEADERS.originSubject,
  HEADERS.originSequence,
  HEADERS.originConsumer,
  HEADERS.deliveries,
];

/** A dead letter with the message that it is. */
interface Letter extends StoredDeadLetter {
  readonly stored: Msg;
}

/** What of the bus is used. */
interface Server {
  readonly replies: ReplyMux;
  readonly publisher: Pick<Publisher, 'send'>;
  readonly payloads: Pick<PayloadStore, 'read'>;
  /** What there is to be on the server now. */
  readonly topology: Topology;
  readonly laneRegister: { readonly current: OwnLanes };
}

/** The {@link DeadLetters} of a server. They are made by consume/dead-letters.ts. */
export class NatsDeadLetters implements DeadLetters {
  constructor(private readonly bus: Server) {}

  async page(from: number, limit: number): Promise<{ letters: readonly StoredDeadLetter[]; more: boolean }> {
    const { messages, left } = await this.#from(from, limit);
    return { letters: messages.map((stored) => this.#letter(stored)), more: left > 0 };
  }

  find(sequence: number): Promise<StoredDeadLetter | null> {
    return this.#find(sequence);
  }

  async requeue(sequence: number): Promise<{ stream: string; subject: string } | null> {
    const letter = await this.#find(sequence);
    if (letter === null) return null;
    const { stream } = letter;
    const subject = this.#placeOf(letter);
    await readable(letter);
    const parcel = { data: letter.stored.data, objectName: undefined };
    // Of two who do this at once, and of one who dies before it is removed and does it again, the server stores one.
    const messageId = `dead-letter:${sequence}:${letter.storedAt.getTime()}`;
    await this.bus.publisher.send(subject, stream, parcel, { messageId }, ownHeaders(letter.stored));
    await this.remove(sequence);
    return { stream, subject };
  }

  async remove(sequence: number): Promise<boolean> {
    // The server has another error for each reason why there is none, and for its own failures.
    if ((await this.#find(sequence)) === null) return false;
    const query = encodeJson({ seq: sequence, no_erase: true });
    return retried(STREAM, async () => {
      const reply = await this.bus.replies.request(`$JS.API.STREAM.MSG.DELETE.${STREAM}`, query, TIMEOUT_MS);
      const { success = false, error } = decodeJson(reply.data) as Deletion;
      if (error !== undefined && error.err_code !== NO_MESSAGE) throw new Error(error.description);
      return success;
    });
  }

  async #find(sequence: number): Promise<Letter | null> {
    const [stored] = (await this.#from(sequence, 1)).messages;
    return stored && sequenceOf(stored) === sequence ? this.#letter(stored) : null;
  }

  #from(sequence: number, limit: number): ReturnType<typeof readBatch> {
    const query = { seq: sequence, next_by_subj: 'dlq.>', batch: limit, max_bytes: BATCH_BYTES };
    return readBatch(this.bus.replies, STREAM, query);
  }

  /** The subject on which it is taken again. Throws {@link RequeueRefusedError}. */
  #placeOf({ stream, subject }: Letter): string {
    if (stream.startsWith(`${STREAMS.journal}_`)) throw new RequeueRefusedError('in_journal');
    const place = stream === STREAMS.runs ? this.#laneNow(subject) : subject;
    const { consumers } = this.bus.topology;
    if (!isConcrete(place) || !consumers.some((one) => one.stream === stream && takes(one, place)))
      throw new RequeueRefusedError('place_gone');
    return place;
  }

  /** Lanes come and go: the one of its organisation may be another one now. */
  #laneNow(subject: string): string {
    const [, , organisation_id = '', execution_id = ''] = subject.split('.');
    return RunRequested.lanes?.subject({ organisation_id, execution_id }, this.bus.laneRegister.current) ?? subject;
  }

  #letter(stored: Msg): Letter {
    const stream = headerOf(stored, HEADERS.originStream) ?? '';
    const consumer = headerOf(stored, HEADERS.originConsumer) ?? '';
    const subject = headerOf(stored, HEADERS.originSubject) ?? '';
    const objectName = headerOf(stored, HEADERS.payloadObject);
    const taker = this.bus.topology.consumers.find((one) => one.stream === stream && takes(one, subject));
    return {
      sequence: sequenceOf(stored),
      storedAt: new Date(headerOf(stored, SERVER_HEADERS.timestamp) ?? 0),
      group: taker?.group ?? null,
      message: taker?.message ?? null,
      stream,
      consumer,
      subject,
      reason: headerOf(stored, HEADERS.reason) ?? '',
      deliveries: Number(headerOf(stored, HEADERS.deliveries) ?? 0),
      bytes: objectName === undefined ? stored.data.length : (sizeInName(objectName) ?? null),
      read: async () => this.bus.payloads.read(stored),
      stored,
    };
  }
}

interface Deletion {
  readonly success?: boolean;
  readonly error?: { readonly err_code: number; readonly description: string };
}

/** "sequence not found", of what was removed before. */
const NO_MESSAGE = 10_043;

/** Throws {@link RequeueRefusedError} for a message that nobody could read. */
async function readable(letter: Letter): Promise<void> {
  try {
    await letter.read();
  } catch (error) {
    if (isUnreadable(error)) throw new RequeueRefusedError('payload_gone');
    throw error;
  }
}

/** The headers that it had; those of the server, which steer it, are of the copy. */
function ownHeaders({ headers }: Msg): MsgHdrs {
  const own = newHeaders();
  for (const name of headers?.keys() ?? []) {
    if (!name.startsWith('Nats-') && !ADDED.includes(name)) own.set(name, headers?.get(name) ?? '');
  }
  return own;
}

/** Whether a consumer takes what is on a subject. */
function takes({ filter }: ConsumerSpec, subject: string): boolean {
  const tokens = subject.split('.');
  const parts = filter.split('.');
  return parts.every((part, index) => {
    const token = tokens[index];
    if (part === '>') return token !== undefined;
    const isEnd = index < parts.length - 1 || tokens.length === parts.length;
    return token !== undefined && isEnd && (part === '*' || part === token);
  });
}
