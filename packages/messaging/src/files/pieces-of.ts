import { LIMITS } from '@millrace/contracts';
import type { FileContent } from './stored-file.js';

/** Content in pieces of one size, the last of which may be shorter: where a byte is then follows from its number. */
export async function* piecesOf(content: FileContent): AsyncGenerator<Uint8Array> {
  const size = LIMITS.filePieceBytes;
  let piece = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of content) {
    for (let from = 0; from < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - from);
      piece.set(chunk.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
      if (filled < size) continue;
      yield piece;
      // Whoever has the former one may still be sending it.
      piece = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
