import { LIMITS } from '@millrace/contracts';
import { Gate, turnOfLargePiece } from '@millrace/messaging';

/**
 * Lets a few large entries of the journal be appended at a time, and of one organisation half of them. Each is in memory twice while it is on its way,
 * beside the heap and uncounted, and all of them would share the connection with the small entries of others.
 */
export class LargeAppends {
  readonly #gate = new Gate(LIMITS.largeBodiesAtOnce);

  /** Appends an entry of about so many bytes, when it is its turn if it is large. */
  async run(organisationId: string, bytes: number, append: () => Promise<void>): Promise<void> {
    if (bytes <= LIMITS.inlinePayloadBytes) return append();
    const leave = await this.#gate.enter(organisationId);
    try {
      await turnOfLargePiece(bytes);
      await append();
    } finally {
      leave();
    }
  }
}
