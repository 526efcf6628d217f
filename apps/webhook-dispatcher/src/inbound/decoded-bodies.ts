import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { AppError, LIMITS } from '@millrace/contracts';
import { Gate } from '@millrace/messaging';

/**
 * The room for bodies that are decoded, which take many times their size until the execution that they start is accepted. A body counts with its bytes, and
 * with half of the room at most, which is what one organisation may have: `jsonValues` bounds what a larger one becomes.
 */
export class DecodedBodies {
  readonly #gate: Gate;

  constructor(
    limitBytes: number,
    private readonly waitMs: number,
  ) {
    this.#gate = new Gate(limitBytes);
  }

  /**
   * Resolves when it is the organisation's turn, with the function that gives the room back; at once for a small body. Throws SERVICE_UNAVAILABLE when that
   * takes too long.
   */
  async enter(organisationId: string, bytes: number): Promise<() => void> {
    if (bytes <= LIMITS.decodedUnboundBytes) return () => undefined;
    const tooLate = AbortSignal.timeout(this.waitMs);
    let leave: () => void;
    try {
      leave = await this.#gate.enter(organisationId, tooLate, bytes);
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', {
        message: `The body waited ${this.waitMs} ms for its turn to be decoded, since many large ones arrive at once; send the call again, and fewer large ones at a time`,
        cause: error,
      });
    }
    // One after the other without a pause would hold up everything else that the process does.
    await turnOfTheLoop();
    return leave;
  }
}

/** The process's room: one, because there is one heap. */
export const decodedBodies = new DecodedBodies(LIMITS.decodedBodyBytes, LIMITS.decodedBodyWaitMs);
