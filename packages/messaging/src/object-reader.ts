import { createHash } from 'node:crypto';
import type { ObjectInfo } from '@nats-io/obj';
import type { Msg } from '@nats-io/transport-node';
import { readBatch, retried, sequenceOf } from './direct-get.js';
import type { ReplyMux } from './reply-mux.js';
import { decodeJson, encodeJson } from './wire.js';

const TIMEOUT_MS = 5_000;
const BATCH_BYTES = 2 * 1024 * 1024;
const DIGEST_TYPE = 'SHA-256=';

interface Chunk {
  readonly sequence: number;
  readonly data: Uint8Array;
}

/**
 * Reads the chunks of an object by direct gets. The client's own way makes a consumer for each read, which the server keeps
 * for minutes after it: a thousand reads, and nobody reads anything any more ("maximum consumers limit reached").
 */
export class ObjectReader {
  readonly #stream: string;

  constructor(
    private readonly replies: ReplyMux,
    private readonly bucket: string,
  ) {
    this.#stream = `OBJ_${bucket}`;
  }

  /** The object's bytes, or null when some of its chunks are gone. Throws AppError('SERVICE_UNAVAILABLE'), and Error when they are not what was stored. */
  async read(info: ObjectInfo): Promise<Uint8Array | null> {
    const bytes = Buffer.allocUnsafe(info.size);
    const subject = `$O.${this.bucket}.C.${info.nuid}`;
    // Counted as they come, and not all at once.
    const hash = createHash('sha256');
    let filled = 0;
    for (let from = 1; filled < info.size;) {
      const chunks = await this.#chunks(subject, from);
      if (chunks === null) return null;
      for (const { sequence, data } of chunks) {
        bytes.set(data, filled);
        hash.update(data);
        filled += data.length;
        from = sequence + 1;
      }
    }
    const stored = Buffer.from(info.digest.slice(DIGEST_TYPE.length), 'base64url');
    if (!hash.digest().equals(stored)) {
      throw new Error(`The object "${info.name}" is not what was stored: its digest is not ${info.digest}.`);
    }
    return bytes;
  }

  async #chunks(subject: string, from: number): Promise<Chunk[] | null> {
    const query = { seq: from, next_by_subj: subject, batch: 1_000, max_bytes: BATCH_BYTES };
    const { messages } = await readBatch(this.replies, this.#stream, query);
    if (messages.length > 0) return messages.map((message) => ({ sequence: sequenceOf(message), data: message.data }));
    // A replica that lags may have answered; what the leader does not have is gone.
    const chunk = await this.#chunkOfLeader(subject, from);
    return chunk && [chunk];
  }

  #chunkOfLeader(subject: string, from: number): Promise<Chunk | null> {
    return retried(this.#stream, async () => {
      const query = encodeJson({ seq: from, next_by_subj: subject });
      const reply: Msg = await this.replies.request(`$JS.API.STREAM.MSG.GET.${this.#stream}`, query, TIMEOUT_MS);
      const { message, error } = decodeJson(reply.data) as LeaderReply;
      if (message) return { sequence: message.seq, data: Buffer.from(message.data, 'base64') };
      if (error?.code === 404) return null;
      throw new Error(error?.description ?? 'no message');
    });
  }
}

interface LeaderReply {
  readonly message?: { readonly seq: number; readonly data: string };
  readonly error?: { readonly code: number; readonly description: string };
}
