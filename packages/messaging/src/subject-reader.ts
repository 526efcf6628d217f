import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type MessageDefinition } from '@millrace/contracts';
import { createInbox, nuid, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { PayloadStore } from './payload-store.js';
import { streamOfSubject, type Topology } from './topology.js';
import { encodeJson, headerOf, SERVER_HEADERS, statusOf } from './wire.js';

const TIMEOUT_MS = 5_000;
const BATCH = 500;
const ATTEMPTS = 3;

/** A stored message of a subject. `publishedAt` is the server's time, ISO 8601. */
export interface StoredMessage<P> {
  readonly sequence: number;
  readonly payload: P;
  readonly publishedAt: string;
}

interface Batch {
  readonly messages: Msg[];
  readonly left: number;
}

/** Reads subjects by direct get: no consumer, and one subscription for all reads of the process. */
export class SubjectReader {
  readonly #inbox: string;
  readonly #waiting = new Map<string, (message: Msg | null) => void>();
  #subscription: Subscription | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly topology: Topology,
    private readonly payloads: PayloadStore,
  ) {
    this.#inbox = createInbox();
  }

  /** All messages of one subject, oldest first. Throws AppError('SERVICE_UNAVAILABLE'), ZodError, PayloadMissingError. */
  async readSubject<P, A>(message: MessageDefinition<P, A>, address: A): Promise<StoredMessage<P>[]> {
    const subject = message.subject(address);
    const stream = streamOfSubject(this.topology, message.stream, subject);
    const stored: Msg[] = [];
    for (let from = 1, left = 1; left > 0; ) {
      const batch = await this.#batch(stream, { seq: from, next_by_subj: subject, batch: BATCH });
      stored.push(...batch.messages);
      const last = batch.messages.at(-1);
      left = last ? batch.left : 0;
      if (last) from = sequenceOf(last) + 1;
    }
    return Promise.all(stored.map((entry) => this.#open(message, entry)));
  }

  /** The last message of one subject, or null. Same errors. */
  async lastOnSubject<P, A>(message: MessageDefinition<P, A>, address: A): Promise<StoredMessage<P> | null> {
    const subject = message.subject(address);
    const stream = streamOfSubject(this.topology, message.stream, subject);
    const reply = await readLast(this.connection, stream, subject);
    return reply === null ? null : this.#open(message, reply);
  }

  async #open<P, A>(message: MessageDefinition<P, A>, stored: Msg): Promise<StoredMessage<P>> {
    const opened = this.payloads.open(stored);
    const payload = message.schema.parse(opened instanceof Promise ? await opened : opened);
    return { sequence: sequenceOf(stored), payload, publishedAt: headerOf(stored, SERVER_HEADERS.timestamp) ?? '' };
  }

  async #batch(stream: string, query: object): Promise<Batch> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#request(stream, query);
      } catch (error) {
        if (attempt === ATTEMPTS || this.connection.isClosed()) throw unavailable(stream, error);
        await sleep(250);
      }
    }
  }

  #request(stream: string, query: object): Promise<Batch> {
    this.#listen();
    const token = nuid.next();
    return new Promise<Batch>((resolve, reject) => {
      const messages: Msg[] = [];
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(token);
      };
      const fail = (reason: string) => {
        done();
        reject(new Error(reason));
      };
      const timer = setTimeout(() => fail(`no answer within ${TIMEOUT_MS} ms`), TIMEOUT_MS);
      this.#waiting.set(token, (message) => {
        if (message === null) return fail('the connection was closed');
        const status = statusOf(message);
        if (status === 0) return void messages.push(message);
        // 204 ends a batch, 404 tells that there is nothing (more).
        if (status !== 204 && status !== 404) return fail(`status ${status} ${message.headers?.description ?? ''}`);
        done();
        resolve({ messages, left: Number(headerOf(message, SERVER_HEADERS.pending) ?? 0) });
      });
      this.connection.publish(`$JS.API.DIRECT.GET.${stream}`, encodeJson(query), { reply: `${this.#inbox}.${token}` });
    });
  }

  #listen(): void {
    this.#subscription ??= this.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) return;
        this.#waiting.get(message.subject.slice(this.#inbox.length + 1))?.(message);
      },
    });
  }

  /** Ends all reads that wait. */
  close(): void {
    for (const notify of this.#waiting.values()) notify(null);
  }
}

/** The last stored message of a subject as the server has it, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function readLast(connection: NatsConnection, stream: string, subject: string): Promise<Msg | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const reply = await connection.request(`$JS.API.DIRECT.GET.${stream}.${subject}`, undefined, { timeout: TIMEOUT_MS });
      const status = statusOf(reply);
      if (status === 404) return null;
      if (status === 0 || headerOf(reply, SERVER_HEADERS.sequence) !== undefined) return reply;
      throw new Error(`status ${status} ${reply.headers?.description ?? ''}`);
    } catch (error) {
      if (attempt === ATTEMPTS || connection.isClosed()) throw unavailable(stream, error);
      await sleep(250);
    }
  }
}

/** The stream sequence in the headers of a direct-get answer. */
export function sequenceOf(message: Msg): number {
  return Number(headerOf(message, SERVER_HEADERS.sequence) ?? 0);
}

function unavailable(stream: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `NATS did not answer a read of stream ${stream} (${reason}); try again`,
    details: { service: 'nats' },
    cause,
  });
}
