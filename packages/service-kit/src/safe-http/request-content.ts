import { Readable } from 'node:stream';

/** A body that is sent as it comes. Opened for each request that it is sent with: redirects may repeat it. */
export interface StreamedBody {
  /** In bytes; a body that turns out to have another length ends the request. */
  readonly length: number;
  open(): AsyncIterable<Uint8Array>;
}

/** What a request may have as its body. */
export type RequestBody = string | Uint8Array | StreamedBody;

/** The same as undici takes it, and the headers that belong to it. */
export function contentOf(body: RequestBody | undefined): {
  readonly content: string | Uint8Array | Readable | null;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (body === undefined) return { content: null, headers: {} };
  if (typeof body === 'string' || body instanceof Uint8Array) return { content: body, headers: {} };
  // With its length: many services take no body that is sent in chunks.
  const content = Readable.from(body.open(), { objectMode: false, highWaterMark: 256 * 1024 });
  return { content, headers: { 'content-length': String(body.length) } };
}
