import { LIMITS } from '@millrace/contracts';
import { LoopTurns } from './loop-turns.js';

/** One for the process, because there is one event loop. */
const turns = new LoopTurns({ atOnce: 1 });

/**
 * Resolves when a piece of work on so many bytes may begin that holds the event loop: at once if it is small, and of large ones one in
 * each turn of the loop. Several that arrive together would all be done in the same one otherwise, and everybody else waits for so long, at each
 * of the answers that a call takes. How many are under way is bounded where they come from, by organisation.
 */
export async function turnOfLargePiece(bytes: number): Promise<void> {
  if (bytes > LIMITS.inlinePayloadBytes) await new Promise<void>((resolve) => turns.begin(() => '', resolve));
}
