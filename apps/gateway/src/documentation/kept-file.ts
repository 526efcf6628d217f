import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Response } from 'express';

const CACHED = 'public, max-age=3600';
/** Shorter ones fit into a packet or two as they are. */
const WORTH_COMPRESSING = 2 * 1024;

/** One form in which a file is sent. */
interface Form {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A file that is the same until the next release. A request costs little more than its transfer: it is neither
 * read, compressed nor copied for an answer, so any number of slow readers hold it once; and it has a tag, by which browsers don't ask
 * for it again. `Content` is what is in it.
 */
export class KeptFile<Content = unknown> {
  readonly #plain: Form;
  readonly #compressed: Form;

  constructor(content: string | Buffer, type: string) {
    const plain = Buffer.from(content);
    const tag = createHash('sha256').update(plain).digest('base64url').slice(0, 16);
    const headers = { 'Content-Type': type, 'Cache-Control': CACHED, Vary: 'Accept-Encoding' };
    this.#plain = { content: plain, headers: { ...headers, ETag: `"${tag}"` } };
    // What is sent differs, so its tag does.
    const compressed = { ...headers, ETag: `"${tag}-gzip"`, 'Content-Encoding': 'gzip' };
    this.#compressed =
      plain.length < WORTH_COMPRESSING ? this.#plain : { content: gzipSync(plain), headers: compressed };
  }

  /** Responds with the file, or with 304 when the client has it. What it returns is of the type of the answer, and nobody reads it. */
  send(response: Response): Content {
    const isCompressed = response.req.acceptsEncodings('gzip', 'identity') === 'gzip';
    const { content, headers } = isCompressed ? this.#compressed : this.#plain;
    response.set(headers).send(content);
    return undefined as Content;
  }
}
