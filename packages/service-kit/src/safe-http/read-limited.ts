import type { Readable } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  type BrotliDecompress,
  type Gunzip,
  type Inflate,
} from 'node:zlib';
import { AppError } from '@millrace/contracts';

/** Encodings that are asked for and read. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Reads a body to its end, decompressed; stops as soon as the decompressed bytes are more than `maxBytes`, so that a small
 * compressed body cannot fill the memory. Throws AppError HTTP_RESPONSE_TOO_LARGE, or what the stream throws.
 */
export async function readLimited(body: Readable, encoding: string | undefined, maxBytes: number): Promise<Uint8Array> {
  const decoder = decoderOf(encoding);
  const source = decoder === null ? body : body.on('error', (error) => decoder.destroy(error)).pipe(decoder);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new AppError('HTTP_RESPONSE_TOO_LARGE', {
          message: `The response is larger than ${maxBytes} bytes`,
          details: { limit_bytes: maxBytes },
        });
      }
      chunks.push(chunk);
    }
  } finally {
    // Ends the connection of a body that was not read to its end.
    body.destroy();
  }
  return Buffer.concat(chunks, size);
}

function decoderOf(encoding: string | undefined): Gunzip | Inflate | BrotliDecompress | null {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return null;
  }
}
