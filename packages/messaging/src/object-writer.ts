import { createHash, randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { nuid, type NatsConnection } from '@nats-io/transport-node';
import { encodeJson, newHeaders, SERVER_HEADERS } from './wire.js';

/** As the client's own way has it. Between two of them others have their turn, here and on the connection. */
const CHUNK_BYTES = 128 * 1024;
/** What is left of an object that could not be written is taken away within this time, or by the bucket's age limit. */
const DROP_MS = 1_000;

/**
 * Writes objects in the form of the client's own way, which reads each byte of them in JavaScript to make the digest: a payload of some
 * megabytes holds the process for longer than everything else that is done with it.
 */
export class ObjectWriter {
  constructor(
    private readonly connection: NatsConnection,
    private readonly bucket: string,
  ) {}

  /**
   * Stores an object and returns its name: never that of another one, so that one may be deleted with its message; the digest in front
   * identifies equal payloads, the size at the end what reading it costs. `patienceMs`: how long the server may take to confirm one of its
   * messages. Throws what the client throws.
   */
  async write(content: Uint8Array, patienceMs: number): Promise<string> {
    const id = nuid.next();
    const subject = `$O.${this.bucket}.C.${id}`;
    try {
      const { digest, chunks } = await this.#writeChunks(subject, content, patienceMs);
      const name = `${digest.toString('hex')}-${randomUUID()}-${content.length}b`;
      const info = {
        bucket: this.bucket,
        nuid: id,
        size: content.length,
        chunks,
        name,
        description: '',
        options: { max_chunk_size: CHUNK_BYTES },
        mtime: new Date().toISOString(),
        digest: `SHA-256=${paddedBase64Url(digest)}`,
        deleted: false,
      };
      await this.#describe(info, patienceMs);
      return name;
    } catch (error) {
      await this.#drop(subject);
      throw error;
    }
  }

  async #writeChunks(
    subject: string,
    content: Uint8Array,
    timeout: number,
  ): Promise<{ digest: Buffer; chunks: number }> {
    const client = jetstream(this.connection);
    const hash = createHash('sha256');
    let chunks = 0;
    for (let from = 0; from < content.length; from += CHUNK_BYTES) {
      const chunk = content.subarray(from, from + CHUNK_BYTES);
      hash.update(chunk);
      await client.publish(subject, chunk, { timeout });
      chunks++;
    }
    return { digest: hash.digest(), chunks };
  }

  async #describe(info: { readonly name: string }, timeout: number): Promise<void> {
    const headers = newHeaders();
    headers.set(SERVER_HEADERS.rollup, 'sub');
    const subject = `$O.${this.bucket}.M.${paddedBase64Url(Buffer.from(info.name))}`;
    await jetstream(this.connection).publish(subject, encodeJson(info), { headers, timeout });
  }

  async #drop(subject: string): Promise<void> {
    try {
      const manager = await jetstreamManager(this.connection, { checkAPI: false, timeout: DROP_MS });
      await manager.streams.purge(`OBJ_${this.bucket}`, { filter: subject });
    } catch {
      // Left to the bucket's age limit.
    }
  }
}

function paddedBase64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
