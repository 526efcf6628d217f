/** How long what an address has done counts, milliseconds. */
const COUNTS_MS = { accepted: 60 * 60_000, refused: 60_000 };

/** Addresses that are remembered; the one that has not called for the longest time is forgotten beyond. */
const MOST_SENDERS = 20_000;

/** Who goes first where bodies wait at somebody else's expense: the lower. */
export const RANKS = { known: 0, new: 1, suspect: 2 } as const;

interface SenderRecord {
  acceptedUntil: number;
  refusedUntil: number;
}

/**
 * What became of the calls by which addresses used the places of an owner: anybody may call a webhook, from many addresses. An address goes ahead of others for an hour
 * after a call that was accepted; it goes behind all others for a minute after one that was refused once its body was there, or had to give up its place, whatever
 * else it has sent.
 */
export class SenderRecords {
  readonly #records = new Map<string, SenderRecord>();

  /** `sender`: an owner and an address. */
  accepted(sender: string): void {
    this.#change(sender, { acceptedUntil: performance.now() + COUNTS_MS.accepted });
  }

  refused(sender: string): void {
    this.#change(sender, { refusedUntil: performance.now() + COUNTS_MS.refused });
  }

  rankOf(sender: string): number {
    const { acceptedUntil = 0, refusedUntil = 0 } = this.#records.get(sender) ?? {};
    const now = performance.now();
    if (refusedUntil > now) return RANKS.suspect;
    return acceptedUntil > now ? RANKS.known : RANKS.new;
  }

  #change(sender: string, change: Partial<SenderRecord>): void {
    const record = { acceptedUntil: 0, refusedUntil: 0, ...this.#records.get(sender), ...change };
    this.#records.delete(sender);
    this.#records.set(sender, record);
    if (this.#records.size <= MOST_SENDERS) return;
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest);
      return;
    }
  }
}

/** One for the process. */
export const senderRecords = new SenderRecords();
