import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** The encodings that are read, as `Accept-Encoding` has them. */
export const READ_ENCODINGS = 'gzip, deflate, br';

/** What makes a decompressor of a body with this `Content-Encoding`: null when it is not compressed, undefined when nothing here does. */
export function decompressorOf(encoding: string | undefined): (() => Transform) | null | undefined {
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return () => createGunzip();
    case 'deflate':
      return () => createInflate();
    case 'br':
      return () => createBrotliDecompress();
    default:
      return undefined;
  }
}
