import { createHash, createHmac } from 'node:crypto';
import type { AuthOf } from './rendered-auth.js';
import { eachPiece, type SignedRequest } from './signed-request.js';
import { lateImport } from '../../late-import.js';

const signatures = lateImport(() => import('@smithy/signature-v4'));

/** SHA-256 as the library takes it. */
class Sha256 {
  readonly #hash;

  constructor(secret?: Parameters<typeof createHmac>[1] | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('Each text has a hash of its own');
  }
}

/** The headers of a request to AWS, or to a service that signs as it does (Signature Version 4). `now`: milliseconds since the epoch. */
export async function awsHeaders(
  auth: AuthOf<'aws_sigv4'>,
  { method, url, headers, body }: SignedRequest,
  now: number,
): Promise<Record<string, string>> {
  const { SignatureV4 } = await signatures();
  const { hostname, host, port, pathname, protocol, searchParams } = new URL(url);
  const hash = createHash('sha256');
  for await (const piece of eachPiece(body)) hash.update(piece);
  const signer = new SignatureV4({
    service: auth.service,
    region: auth.region,
    credentials: {
      accessKeyId: auth.access_key_id,
      secretAccessKey: auth.secret_access_key,
      ...(auth.session_token === undefined ? {} : { sessionToken: auth.session_token }),
    },
    sha256: Sha256,
    // S3 takes the path as it is sent, all others encode it once more.
    uriEscapePath: auth.service !== 's3',
  });
  const query: Record<string, string[]> = {};
  for (const [name, value] of searchParams) (query[name] ??= []).push(value);
  const signed = await signer.sign(
    {
      method,
      protocol,
      hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path: pathname,
      query,
      // The body is hashed already: it may be larger than what fits into the memory.
      headers: { ...headers, host, 'x-amz-content-sha256': hash.digest('hex') },
    },
    { signingDate: new Date(now) },
  );
  const { host: _, ...rest } = signed.headers;
  return rest;
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
