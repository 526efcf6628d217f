import { createHash } from 'node:crypto';
import type { Response } from 'express';

export const CACHED = 'public, max-age=3600';

/**
 * A file that is the same until the next release. A request costs little more than its transfer: it is neither
 * read nor copied for an answer, so any number of slow readers hold it once; and it has a tag, by which browsers don't ask
 * for it again. `Content` is what is in it.
 */
export class KeptFile<Content = unknown> {
  readonly #content: Buffer;
  readonly #tag: string;

  constructor(
    content: string | Buffer,
    private readonly type: string,
  ) {
    this.#content = Buffer.from(content);
    this.#tag = `"${createHash('sha256').update(this.#content).digest('base64url').slice(0, 16)}"`;
  }

  /** Answers with the file, or with 304 when the client has it. What it returns is of the type of the answer, and nobody reads it. */
  send(response: Response): Content {
    response.set({ 'Content-Type': this.type, 'Cache-Control': CACHED, ETag: this.#tag }).send(this.#content);
    return undefined as Content;
  }
}
