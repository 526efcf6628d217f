import { LRUCache } from 'lru-cache';

/** Addresses that are remembered of each kind; those that have not called for the longest time are forgotten beyond. */
const MOST_SENDERS = 20_000;
const HOUR_MS = 60 * 60_000;
const MINUTE_MS = 60_000;

/** Who goes first where bodies wait at somebody else's expense: the lower. */
export const RANKS = { known: 0, new: 1, suspect: 2 } as const;

/**
 * What became of the calls of addresses at the expense of an owner: anybody may call a webhook, from many addresses. An address goes ahead of others for an hour after a
 * call that was accepted; it goes behind all others for a minute after one that used up a place in vain, whatever else it has sent.
 */
export class SenderRecords {
  readonly #accepted = sendersOf(HOUR_MS);
  readonly #wasteful = sendersOf(MINUTE_MS);

  /** `sender`: an owner and an address. */
  accepted(sender: string): void {
    this.#accepted.set(sender, true);
  }

  /** It had a place, and was refused, did not send all of its body, or had to give its place up. */
  wasted(sender: string): void {
    this.#wasteful.set(sender, true);
  }

  rankOf(sender: string): number {
    if (this.#wasteful.has(sender)) return RANKS.suspect;
    return this.#accepted.has(sender) ? RANKS.known : RANKS.new;
  }
}

/** With its size counted rather than `max`, for which all room is taken from the beginning. */
function sendersOf(ttl: number): LRUCache<string, true> {
  return new LRUCache({ ttl, maxSize: MOST_SENDERS, sizeCalculation: () => 1 });
}

/** One for the process. */
export const senderRecords = new SenderRecords();
