import type { Transform } from 'node:stream';
import { LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { gather, type Gathering } from './gathered-body.js';

/**
 * One for the process. A decoder of Brotli takes as much memory as the body's first byte says, up to 16 MiB and however few bytes the body has, which nothing
 * that counts memory knows of; and it takes a thread.
 */
const gate = new Gate(LIMITS.largeBodiesAtOnce);

/** A body that has arrived whole, decompressed when it is its owner's turn: a sender who is slow keeps nobody waiting. Throws what gathering throws. */
export async function decompressed(
  compressed: Buffer,
  decompressor: () => Transform,
  owner: string,
  gathering: Gathering,
): Promise<Buffer> {
  const waiting = new AbortController();
  gathering.onGiveUp((error) => waiting.abort(error));
  const leave = await gate.enter(owner, waiting.signal);
  let decoder: Transform | undefined;
  try {
    waiting.signal.throwIfAborted();
    decoder = decompressor();
    const body = gather(decoder, gathering, () => false);
    decoder.end(compressed);
    return await body;
  } finally {
    decoder?.destroy();
    leave();
  }
}
