import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  LIMITS,
  shortened,
  type JournalLayout,
  type MessageDefinition,
  type MessageLanes,
} from '@millrace/contracts';
import { jetstreamManager, JetStreamApiError } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { isConcrete } from './concrete-subject.js';
import { LOGGED_SUBJECT, PublishRefusedError, WrongSequenceError } from './errors.js';
import { noteStored } from './execution-logger.js';
import type { Logger } from './logger.js';
import { sameParcel, type Parcel, type PayloadStore } from './payload-store.js';
import { placeOf, setHeaders } from './publish-headers.js';
import type { PublishOptions, SendOptions } from './publish-options.js';
import { NoReplyError, type ReplyMux } from './reply-mux.js';
import type { Room } from './storage/room.js';
import { isStorageFull, storageFull, type ServerError } from './storage/storage-full.js';
import { streamOfSubject } from './topology.js';
import { decodeJson, encodeJson, HEADERS, newHeaders, SERVER_HEADERS } from './wire.js';

/** Time for one attempt, and for all of them. A publish takes 0.2 ms; these are for elections and restarts. */
const ATTEMPT_MS = 3_000;
const TOTAL_MS = 15_000;
/** One attempt of a message that accepts something new: the caller soon gets an error when it is not possible. */
const ACCEPTANCE_ATTEMPT_MS = 800;
const PAUSE_MS = 250;
const WRONG_SEQUENCE = new Set([10071, 10164]);
/** The stream is of an earlier release, in which no message of it expired: it keeps this one for as long as the others. */
const NO_EXPIRY = 10166;
/** The message may or may not be stored yet: the same id, or another append to the subject, is in process. */
const IN_PROCESS = new Set([10158, 10163]);

/** What the server made of a message. `duplicate`: a message with its id was stored before, and this one was not. */
export interface Stored {
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** The same of a message of a definition. `bytes`: the size of its payload as JSON. */
export interface Published extends Stored {
  readonly bytes: number;
}

interface PubAck {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: ServerError;
}

/** Knows in which journal stream an execution is, or decides it first. */
interface Layouts {
  toAppend(executionId: string): JournalLayout | Promise<JournalLayout>;
}

/** Where messages go: known when they are published. */
interface Places {
  readonly layouts: Layouts;
  readonly lanes: { subject<Address>(lanes: MessageLanes<Address>, address: Address): string };
}

/** Publishes durably: resolves only after the server has stored the message, and finds out when an answer was lost. */
export class Publisher {
  constructor(
    private readonly connection: NatsConnection,
    private readonly replies: ReplyMux,
    private readonly places: () => Places,
    private readonly payloads: PayloadStore,
    private readonly room: Room,
    private readonly options: { readonly validate: boolean; readonly logger: Logger },
  ) {}

  /**
   * Publishes one message. Throws {@link WrongSequenceError}, {@link PublishRefusedError}, AppError('STORAGE_FULL') at once
   * when the server has no room for it (it is not stored then), or AppError('SERVICE_UNAVAILABLE') when the server did not
   * answer in 15 s, or refused what an attempt before may have stored: then it is unknown whether it is stored.
   */
  async publish<P, A>(message: MessageDefinition<P, A>, payload: P, options: PublishOptions = {}): Promise<Published> {
    if (this.options.validate) message.schema.parse(payload);
    const address = message.addressOf(payload);
    const { layouts, lanes } = this.places();
    const decided = message.executionOf && layouts.toAppend(message.executionOf(address));
    const layout = decided instanceof Promise ? await decided : decided;
    const target = message.lanes ? lanes.subject(message.lanes, address) : message.subject(address, layout);
    const { subject, headers } = placeOf(message, address, target, options.at);
    const stream = streamOfSubject(message.stream, subject);
    if (options.acceptance) this.room.require(stream);
    const encoded = encodeJson(payload);
    const packed = this.payloads.pack(encoded, options.acceptance ? 'acceptance' : 'work');
    const parcel = packed instanceof Promise ? withOutline(await packed, message.outline?.(payload)) : packed;
    const messageId = options.messageId ?? message.messageId?.(payload);
    try {
      const expectOn = options.expectLastSequence === undefined ? undefined : message.lanes?.anySubject(address);
      const stored = await this.send(subject, stream, parcel, { ...options, messageId, expectOn }, headers);
      noteStored(this.options.logger, message, payload, { ...stored, subject, requestId: options.requestId });
      return { ...stored, bytes: encoded.length };
    } catch (error) {
      if (isRefusal(error)) void this.payloads.discard(parcel);
      throw error;
    }
  }

  /** Publishes bytes to a subject of a stream; the part of `publish` that needs no definition. */
  async send(
    subject: string,
    stream: string,
    parcel: Parcel,
    options: SendOptions,
    headers: MsgHdrs = newHeaders(),
  ): Promise<Stored> {
    // The server would refuse a wildcard too, but without a reply that says so.
    if (!isConcrete(subject))
      throw new PublishRefusedError(subject, 0, 'an id in it is too long or has characters that no subject may have');
    const expected = options.expectLastSequence;
    const expectOn = options.expectOn ?? subject;
    setHeaders(headers, subject, parcel, options);

    const deadline = Date.now() + TOTAL_MS;
    for (let attempt = 1; ; attempt++) {
      const attempted = this.#attempt(subject, stream, parcel.data, headers, options.acceptance ?? false);
      const ack = await attempted.catch((error: unknown) => {
        // A refusal says nothing of the attempt before, whose answer was unclear.
        throw attempt === 1 ? error : unavailable('NATS did not confirm that a message is stored', error);
      });
      if (ack instanceof Error) {
        const hopeless = options.acceptance && !this.room.accepts(stream);
        if (hopeless || this.connection.isClosed() || Date.now() + PAUSE_MS >= deadline)
          throw unavailable('NATS did not confirm that a message is stored', ack);
        this.options.logger.warn(
          { subject: shortened(subject, LOGGED_SUBJECT), attempt, reason: ack.message },
          'No clear answer to a publish; trying again',
        );
        await sleep(PAUSE_MS);
        continue;
      }
      if (ack.error)
        return this.#ownAppend({ subject: expectOn, expected: expected ?? 0 }, stream, parcel, attempt === 1);
      const sequence = ack.seq ?? 0;
      const duplicate = ack.duplicate === true && !(attempt > 1 && (await this.#isOwn(stream, sequence, parcel)));
      return { sequence, duplicate };
    }
  }

  /** The answer; an Error when it is unclear whether the message is stored; throws when it certainly is not. */
  async #attempt(
    subject: string,
    stream: string,
    data: Uint8Array,
    headers: MsgHdrs,
    acceptance: boolean,
  ): Promise<PubAck | Error> {
    let ack: PubAck;
    try {
      const patience = acceptance ? ACCEPTANCE_ATTEMPT_MS : ATTEMPT_MS;
      const reply = await this.replies.request(subject, data, patience, headers);
      ack = decodeJson(reply.data) as PubAck;
      this.room.answered(stream);
    } catch (error) {
      if (error instanceof NoReplyError && error.reason === 'timeout') this.room.unanswered(stream);
      // A time-out, no stream yet (no responders, during an election too), or a connection that went away meanwhile.
      return error instanceof Error ? error : new Error(String(error));
    }
    if (!ack.error || WRONG_SEQUENCE.has(ack.error.err_code)) return ack;
    if (ack.error.err_code === NO_EXPIRY && headers.has(SERVER_HEADERS.expiry)) {
      headers.delete(SERVER_HEADERS.expiry);
      return this.#attempt(subject, stream, data, headers, acceptance);
    }
    if (isStorageFull(ack.error))
      throw storageFull(`NATS refused a message on ${subject}: ${ack.error.description} (error ${ack.error.err_code})`);
    if (IN_PROCESS.has(ack.error.err_code) || ack.error.code === 503) return new Error(ack.error.description);
    throw new PublishRefusedError(subject, ack.error.err_code, ack.error.description);
  }

  /**
   * The subject has moved on. If the message that followed the expected one is this very one, an earlier answer was lost and all is well
   * (servers since 2.12 check the sequence before the message id, so the retry does not come back as a duplicate). Others may have
   * followed it by now, so that it need not be the last one. `isFirst`: there was no attempt before.
   */
  async #ownAppend(
    { subject, expected }: { readonly subject: string; readonly expected: number },
    stream: string,
    parcel: Parcel,
    isFirst: boolean,
  ): Promise<Stored> {
    const next = await this.#stored(stream, { seq: expected + 1, next_by_subj: subject });
    if (next !== null && sameParcel(next, parcel)) {
      if (isFirst && next.objectName !== parcel.objectName) void this.payloads.discard(parcel);
      return { sequence: next.sequence, duplicate: false };
    }
    const last = await this.#stored(stream, { last_by_subj: subject });
    throw new WrongSequenceError(subject, expected, last?.sequence ?? 0, isFirst);
  }

  /** Whether a "duplicate" found on a second attempt is what our first attempt stored. One that is consumed already counts as ours. */
  async #isOwn(stream: string, sequence: number, parcel: Parcel): Promise<boolean> {
    const stored = await this.#stored(stream, { seq: sequence });
    return stored === null || sameParcel(stored, parcel);
  }

  /** The last message of a subject as the stream's leader has it, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
  lastStored(stream: string, subject: string): Promise<(Parcel & { sequence: number }) | null> {
    return this.#stored(stream, { last_by_subj: subject });
  }

  /** The first message of a subject from a sequence on, as the stream's leader has it, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
  nextStored(stream: string, subject: string, seq: number): Promise<(Parcel & { sequence: number }) | null> {
    return this.#stored(stream, { seq, next_by_subj: subject });
  }

  /** Asks the stream's leader: a replica may not have the latest message yet. */
  async #stored(
    stream: string,
    query: { last_by_subj: string } | { seq: number; next_by_subj?: string },
  ): Promise<(Parcel & { sequence: number }) | null> {
    const manager = await jetstreamManager(this.connection, { checkAPI: false });
    try {
      const message = await manager.streams.getMessage(stream, query);
      if (message === null) return null;
      const objectName = message.header.get(HEADERS.payloadObject);
      return { data: message.data, objectName: objectName === '' ? undefined : objectName, sequence: message.seq };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.status === 404) return null;
      throw unavailable(`NATS did not respond to a read of the stream ${stream}`, error);
    }
  }
}

/** What a large message carries itself, for a reader that finds it without its payload. Readers of the payload do not look at it. */
function withOutline(parcel: Parcel, outline: unknown): Parcel {
  if (parcel.objectName === undefined || outline === undefined) return parcel;
  const data = encodeJson(outline);
  return data.length > LIMITS.inlinePayloadBytes ? parcel : { ...parcel, data };
}

/** Whether the message certainly is not stored. */
function isRefusal(error: unknown): boolean {
  return (
    (error instanceof WrongSequenceError && error.certain) ||
    error instanceof PublishRefusedError ||
    (error instanceof AppError && error.code === 'STORAGE_FULL')
  );
}

/** `what` goes to the caller: it names no subject, because subjects are none of the caller's concern and hold ids. */
function unavailable(what: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `${what} (${reason}); try again`,
    details: { service: 'nats' },
    cause,
  });
}
