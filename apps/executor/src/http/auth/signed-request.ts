import type { RequestBody } from '@millrace/service-kit/safe-http';

/** What of a request is signed. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
}

/** The bytes of a body; one that is sent as it comes is read once for this, and once more to be sent. */
export async function* eachPiece(body: RequestBody | undefined): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body.open();
}
