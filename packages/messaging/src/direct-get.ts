import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@millrace/contracts';
import type { Msg } from '@nats-io/transport-node';
import { isConcrete } from './concrete-subject.js';
import { NoReplyError, type ReplyMux } from './reply-mux.js';
import { decodeJson, encodeJson, headerOf, SERVER_HEADERS, statusOf } from './wire.js';

const TIMEOUT_MS = 5_000;
const ATTEMPTS = 3;
const PAUSE_MS = 250;
/** Messages of one batch, for readers of many. */
export const BATCH = 500;
/** Bytes of one batch; the server sends at least one message. */
export const BATCH_BYTES = 4 * 1024 * 1024;

/** Messages of one direct get, and how many are left after them. */
export interface Batch {
  readonly messages: Msg[];
  readonly left: number;
}

/** Several stored messages at once: `query` is what the server takes for a direct get. Throws AppError('SERVICE_UNAVAILABLE'). */
export function readBatch(replies: ReplyMux, stream: string, query: object): Promise<Batch> {
  return retried(stream, () => {
    const messages: Msg[] = [];
    return replies.collect(
      `$JS.API.DIRECT.GET.${stream}`,
      encodeJson(query),
      TIMEOUT_MS,
      (reply): Batch | undefined => {
        const status = statusOf(reply);
        if (status === 0) {
          messages.push(reply);
          return undefined;
        }
        // 204 ends a batch, 404 says that there is nothing (more).
        if (status !== 204 && status !== 404) throw new Error(`status ${status} ${reply.headers?.description ?? ''}`);
        return { messages, left: Number(headerOf(reply, SERVER_HEADERS.pending) ?? 0) };
      },
    );
  });
}

/**
 * All stored messages that a query means, in batches and in the order of the stream. While a batch is worked on the next one is
 * read, so that two are in memory. Throws AppError('SERVICE_UNAVAILABLE').
 */
export async function* eachBatch(
  replies: ReplyMux,
  stream: string,
  query: { readonly next_by_subj: string; readonly batch?: number },
): AsyncGenerator<readonly Msg[]> {
  const from = (seq: number) => readBatch(replies, stream, { batch: BATCH, max_bytes: BATCH_BYTES, ...query, seq });
  let next: Promise<Batch> | undefined = from(1);
  while (next !== undefined) {
    const { messages, left }: Batch = await next;
    const last = messages.at(-1);
    next = last === undefined || left === 0 ? undefined : from(sequenceOf(last) + 1);
    // Whoever reads on gets a failure; whoever stops here need not.
    next?.catch(() => undefined);
    yield messages;
  }
}

/** The last stored message of a subject, or of those that a wildcard means, as the server has it, or null. Throws AppError('SERVICE_UNAVAILABLE'). */
export function readLast(replies: ReplyMux, stream: string, subject: string): Promise<Msg | null> {
  const read = `$JS.API.DIRECT.GET.${stream}`;
  // Nothing can be sent to a subject that has a wildcard in it.
  const [api, query] = isConcrete(subject)
    ? [`${read}.${subject}`, undefined]
    : [read, encodeJson({ last_by_subj: subject })];
  return retried(stream, async () => {
    const reply = await replies.request(api, query, TIMEOUT_MS);
    const status = statusOf(reply);
    if (status === 404) return null;
    if (status === 0) return reply;
    throw new Error(`status ${status} ${reply.headers?.description ?? ''}`);
  });
}

/** The stream sequences up to which consumers have settled every message, by stream. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function ackFloors(
  replies: ReplyMux,
  consumers: readonly { readonly stream: string; readonly name: string }[],
): Promise<ReadonlyMap<string, number>> {
  const read = consumers.map(async ({ stream, name }) => [stream, await ackFloor(replies, stream, name)] as const);
  return new Map(await Promise.all(read));
}

function ackFloor(replies: ReplyMux, stream: string, consumer: string): Promise<number> {
  return retried(stream, async () => {
    const reply = await replies.request(`$JS.API.CONSUMER.INFO.${stream}.${consumer}`, undefined, TIMEOUT_MS);
    const info = decodeJson(reply.data) as { ack_floor?: { stream_seq: number }; error?: { description: string } };
    if (info.ack_floor === undefined) throw new Error(info.error?.description ?? 'no consumer info');
    return info.ack_floor.stream_seq;
  });
}

/** When the oldest message of a stream was stored; null when it holds none. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function oldestAt(replies: ReplyMux, stream: string): Promise<Date | null> {
  const { state } = await streamInfo(replies, stream);
  return state.messages === 0 ? null : new Date(state.first_ts);
}

/** The sequence of the last message that a stream has stored. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function lastStored(replies: ReplyMux, stream: string): Promise<number> {
  return (await streamInfo(replies, stream)).state.last_seq;
}

/** How many messages a stream has, and how many it takes; null without a limit. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function streamFill(
  replies: ReplyMux,
  stream: string,
): Promise<{ readonly messages: number; readonly limit: number | null }> {
  const { state, config } = await streamInfo(replies, stream);
  return { messages: state.messages, limit: config.max_msgs > 0 ? config.max_msgs : null };
}

/** Removes messages of a subject, those before the sequence `seq`. Throws AppError('SERVICE_UNAVAILABLE'). */
export function purge(replies: ReplyMux, stream: string, what: { filter: string; seq: number }): Promise<void> {
  return retried(stream, async () => {
    const reply = await replies.request(`$JS.API.STREAM.PURGE.${stream}`, encodeJson(what), TIMEOUT_MS);
    const { error } = decodeJson(reply.data) as { error?: { description: string } };
    if (error !== undefined) throw new Error(error.description);
  });
}

interface StreamInfo {
  readonly state: { readonly messages: number; readonly first_ts: string; readonly last_seq: number };
  readonly config: { readonly max_msgs: number };
}

function streamInfo(replies: ReplyMux, stream: string): Promise<StreamInfo> {
  return retried(stream, async () => {
    const reply = await replies.request(`$JS.API.STREAM.INFO.${stream}`, undefined, TIMEOUT_MS);
    const info = decodeJson(reply.data) as Partial<StreamInfo> & { error?: { description: string } };
    const { state, config } = info;
    if (state === undefined || config === undefined) throw new Error(info.error?.description ?? 'no stream info');
    return { state, config };
  });
}

/** Tries a read again when NATS does not respond to it. Throws AppError('SERVICE_UNAVAILABLE'). */
export async function retried<T>(stream: string, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt === ATTEMPTS || (error instanceof NoReplyError && error.reason === 'closed'))
        throw unavailable(stream, error);
      await sleep(PAUSE_MS);
    }
  }
}

/** The stream sequence in the headers of a direct-get answer. */
export function sequenceOf(message: Msg): number {
  return Number(headerOf(message, SERVER_HEADERS.sequence) ?? 0);
}

/** A read that did not come about, for whoever waits for it. */
export function unavailable(stream: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('SERVICE_UNAVAILABLE', {
    message: `NATS did not respond to a read of stream ${stream} (${reason}); try again`,
    details: { service: 'nats' },
    cause,
  });
}
