import type { SafeHttpRequest } from '@millrace/service-kit/safe-http';
import { TextMask } from '@millrace/service-kit/redaction';
import { shownHeaders } from './shown-headers.js';

/** Bytes of a body that are read, decompressed; the connection is closed beyond. */
const MOST_BYTES = 64 * 1024;
const EXCERPT_BYTES = 1_000;
/** Behind what is recorded of a body that has more than that, or that did not come to its end. */
const CUT = '… (cut)';
/** What a secret may grow to where it is repeated in another encoding. */
const LONGEST_ENCODING = 4;

type Head = Parameters<NonNullable<SafeHttpRequest['receive']>>[0];

/**
 * The response of an endpoint. Its status says everything: so it counts as soon as the head is there, whatever becomes of the body, of which the
 * beginning is kept to be shown.
 */
export class EndpointAnswer {
  #head: Head | undefined;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isWhole = false;

  /** `receive` of the request. Ends early when the body is longer than what is kept. */
  readonly receive = (head: Head) => {
    this.#head = head;
    return async (body: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const piece of body) {
        this.#pieces.push(piece);
        this.#bytes += piece.length;
        if (this.#bytes > MOST_BYTES) return;
      }
      this.#isWhole = true;
    };
  };

  /** The head, as soon as its body has ended, one way or another. Rejects as `request` when no head has come, and when `signal` was aborted. */
  async headOf(request: Promise<Head>, signal: AbortSignal): Promise<Head> {
    try {
      return await request;
    } catch (error) {
      if (this.#head === undefined || signal.aborted) throw error;
      return this.#head;
    }
  }

  /** What is recorded of its headers, without `secrets`; null when no head has come. */
  headers(secrets: readonly string[]): Record<string, string> | null {
    return this.#head === undefined ? null : shownHeaders(this.#head.headers, maskOf(secrets));
  }

  /** What is recorded of the body, without `secrets`. */
  excerpt(secrets: readonly string[]): string {
    // Masked first: what is left of a password that is cut off would not be found.
    const text = maskOf(secrets).apply(Buffer.concat(this.#pieces).subarray(0, MOST_BYTES).toString('utf8'));
    // The last one may have been cut off by the end of what was read.
    const unsure = this.#isWhole ? 0 : LONGEST_ENCODING * Math.max(0, ...secrets.map(({ length }) => length));
    // Cut in bytes: a text is at most as long as its bytes.
    const bytes = Buffer.from(text.slice(0, Math.max(0, text.length - unsure)));
    if (this.#isWhole && bytes.length <= EXCERPT_BYTES) return bytes.toString('utf8');
    return bytes.subarray(0, EXCERPT_BYTES).toString('utf8') + CUT;
  }
}

/** Hides what an endpoint, or a proxy, may repeat. */
export function maskOf(secrets: readonly string[]): TextMask {
  const mask = new TextMask();
  for (const secret of secrets) mask.add(secret);
  return mask;
}
