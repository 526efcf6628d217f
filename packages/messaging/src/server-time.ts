import { STREAMS } from '@millrace/contracts';
import { unavailable } from './direct-get.js';
import type { ReplyMux } from './reply-mux.js';
import { decodeJson } from './wire.js';

/** Longer than that says too little about the time at which it was asked. Milliseconds. */
const TIMEOUT_MS = 2_000;

/** What the clock of the NATS server showed, and between which moments of this process that was. */
export interface ServerTime {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** By `performance.now()`, milliseconds. */
  readonly asked: number;
  readonly answered: number;
}

/**
 * Asks the server what time it is. All processes ask the same one of a cluster: the leader of the stream that everybody has to know. One question,
 * which is not repeated: the time between question and reply is what bounds the error. Throws AppError('SERVICE_UNAVAILABLE').
 */
export async function serverTime(replies: ReplyMux): Promise<ServerTime> {
  const stream = STREAMS.layout;
  try {
    const asked = performance.now();
    const reply = await replies.request(`$JS.API.STREAM.INFO.${stream}`, undefined, TIMEOUT_MS);
    const answered = performance.now();
    const { ts, error } = decodeJson(reply.data) as { ts?: string; error?: { description: string } };
    const at = Date.parse(ts ?? '');
    if (Number.isNaN(at)) throw new Error(error?.description ?? 'a reply without a time');
    return { at, asked, answered };
  } catch (error) {
    throw unavailable(stream, error);
  }
}
