import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Response } from 'express';

const CACHED = 'public, max-age=3600';
/** Shorter ones fit into a packet or two as they are. */
const WORTH_COMPRESSING = 2 * 1024;

/** One form in which a file is sent. */
interface Form {
  readonly content: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

interface Forms {
  readonly plain: Form;
  readonly compressed: Form;
}

/**
 * A file that is the same until the next release. It is made when the first request comes, since most processes are never asked for it. From then on a
 * request costs little more than its transfer: it is neither read, compressed nor copied for an answer, so any number of slow readers hold it once; and it
 * has a tag, by which browsers don't ask for it again. `Content` is what is in it, where the answer of the endpoint has a type.
 */
export class KeptFile<Content = void> {
  #forms: Promise<Forms> | undefined;

  constructor(
    private readonly make: () => string | Buffer | Promise<Buffer>,
    private readonly type: string,
  ) {}

  /** Responds with the file, or with 304 when the client has it. What it returns is of the type of the answer, and nobody reads it. */
  async send(response: Response): Promise<Content> {
    // Where it cannot be made, whoever asks next has it made anew.
    this.#forms ??= this.#made().catch((error: unknown) => {
      this.#forms = undefined;
      throw error;
    });
    const { plain, compressed } = await this.#forms;
    const isCompressed = response.req.acceptsEncodings('gzip', 'identity') === 'gzip';
    const { content, headers } = isCompressed ? compressed : plain;
    response.set(headers).send(content);
    return undefined as Content;
  }

  async #made(): Promise<Forms> {
    const content = Buffer.from(await this.make());
    const tag = createHash('sha256').update(content).digest('base64url').slice(0, 16);
    const headers = { 'Content-Type': this.type, 'Cache-Control': CACHED, Vary: 'Accept-Encoding' };
    const plain = { content, headers: { ...headers, ETag: `"${tag}"` } };
    if (content.length < WORTH_COMPRESSING) return { plain, compressed: plain };
    // What is sent differs, so its tag does.
    const packed = { ...headers, ETag: `"${tag}-gzip"`, 'Content-Encoding': 'gzip' };
    return { plain, compressed: { content: await promisify(gzip)(content), headers: packed } };
  }
}
