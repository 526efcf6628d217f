import type { ReplyMux } from './reply-mux.js';
import type { Topology } from './stream-spec.js';
import { decodeJson } from './wire.js';

const ASK_MS = 2_000;

/** What a stream holds. */
export interface StreamState {
  readonly stream: string;
  readonly messages: number;
  readonly bytes: number;
  /** Sequence of the newest message that it was ever given, 0 before the first; deleting messages does not change it. */
  readonly lastSequence: number;
  /** When the oldest message was stored; null when there is none. */
  readonly oldestAt: Date | null;
}

/** How far those who take from a consumer have come. Counts of messages. */
export interface ConsumerState {
  readonly stream: string;
  readonly consumer: string;
  /** Not delivered yet. */
  readonly waiting: number;
  /** Delivered and not acknowledged. */
  readonly underWay: number;
  /** Of these, the ones that were delivered more than once. */
  readonly redelivered: number;
}

interface StreamInfo {
  readonly state?: {
    readonly messages: number;
    readonly bytes: number;
    readonly last_seq: number;
    readonly first_ts: string;
  };
}

interface ConsumerInfo {
  readonly num_pending?: number;
  readonly num_ack_pending?: number;
  readonly num_redelivered?: number;
}

/** Asks the server for every stream and consumer of a topology; one that is not there, or does not reply, is left out. Throws NoReplyError when none does. */
export async function queueStates(
  replies: ReplyMux,
  topology: Topology,
): Promise<{ readonly streams: readonly StreamState[]; readonly consumers: readonly ConsumerState[] }> {
  let hasReply = false;
  let failure: Error | undefined;
  const ask = async (subject: string): Promise<object> => {
    try {
      const { data } = await replies.request(subject, undefined, ASK_MS);
      hasReply = true;
      return decodeJson(data) as object;
    } catch (error) {
      // One stream without a leader must not hide how the others are.
      failure = error as Error;
      return {};
    }
  };
  const [streams, consumers] = await Promise.all([
    Promise.all(
      topology.streams.map(async ({ name }) => {
        const info = (await ask(`$JS.API.STREAM.INFO.${name}`)) as StreamInfo;
        return streamState(name, info);
      }),
    ),
    Promise.all(
      topology.consumers.map(async ({ stream, name }) => {
        const info = (await ask(`$JS.API.CONSUMER.INFO.${stream}.${name}`)) as ConsumerInfo;
        return consumerState(stream, name, info);
      }),
    ),
  ]);
  if (!hasReply && failure !== undefined) throw failure;
  return { streams: streams.flatMap((state) => state ?? []), consumers: consumers.flatMap((state) => state ?? []) };
}

function streamState(stream: string, { state }: StreamInfo): StreamState | null {
  if (state === undefined) return null;
  const { messages, bytes, last_seq: lastSequence, first_ts: first } = state;
  return { stream, messages, bytes, lastSequence, oldestAt: messages === 0 ? null : new Date(first) };
}

function consumerState(stream: string, consumer: string, info: ConsumerInfo): ConsumerState | null {
  const { num_pending: waiting, num_ack_pending: underWay, num_redelivered: redelivered } = info;
  if (waiting === undefined || underWay === undefined || redelivered === undefined) return null;
  return { stream, consumer, waiting, underWay, redelivered };
}
