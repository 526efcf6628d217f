import type { Readable } from 'node:stream';
import { AppError } from '@millrace/contracts';
import { decompressorOf } from '../decompressor.js';

const FIRST_BUFFER_BYTES = 16 * 1024;

/** What bounds the reading of a body. */
export interface ReadLimits {
  /** Of the decompressed body, so that a small compressed one cannot fill the memory. */
  readonly maxBytes: number;
  /** Told how many bytes are in memory, as they come. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Reads a body and decompresses it, and stops as soon as it is larger than allowed. It is gathered in one buffer that
 * grows: a body sent in chunks of one byte would otherwise cost a hundred times its size.
 * Throws AppError HTTP_RESPONSE_TOO_LARGE, or what the stream throws.
 */
export async function readLimited(
  body: Readable,
  encoding: string | undefined,
  { maxBytes, onBytes }: ReadLimits,
): Promise<Uint8Array> {
  // What cannot be decompressed is read as it is.
  const decoder = decompressorOf(encoding) ?? null;
  const source = decoder === null ? body : body.on('error', (error) => decoder.destroy(error)).pipe(decoder);
  let gathered = Buffer.allocUnsafe(Math.min(FIRST_BUFFER_BYTES, maxBytes));
  let size = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (size + chunk.length > maxBytes) {
        throw new AppError('HTTP_RESPONSE_TOO_LARGE', {
          message: `The response is larger than ${maxBytes} bytes`,
          details: { limit_bytes: maxBytes },
        });
      }
      if (size + chunk.length > gathered.length) {
        const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(2 * gathered.length, size + chunk.length)));
        gathered.copy(larger, 0, 0, size);
        gathered = larger;
      }
      size += chunk.copy(gathered, size);
      onBytes?.(size);
    }
  } finally {
    // Ends the connection of a body that was not read to its end.
    body.destroy();
    decoder?.destroy();
  }
  return gathered.subarray(0, size);
}
