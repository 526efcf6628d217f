/** Milliseconds by which a delivery of what is put off keeps its organisation's next event away: 250 deliveries a second. */
const DELIVERY_MS = 4;
/** The least for which anything is put off, in milliseconds: a timer of the server is no more exact. */
const SHORTEST_MS = 250;
/** Organisations whose pace is remembered. What is forgotten comes back sooner. */
const REMEMBERED = 10_000;

/** When events that are put off come back: those of an organisation one after the other, as fast as their deliveries are made. */
export class EventPace {
  /** When an organisation's next event comes back, in milliseconds since the epoch. */
  readonly #next = new Map<string, number>();

  /** The time for an event of so many deliveries; both times in milliseconds since the epoch. */
  take(organisationId: string, deliveries: number, now: number): number {
    const at = Math.max(now + SHORTEST_MS, this.#next.get(organisationId) ?? 0);
    if (this.#next.size >= REMEMBERED) this.#next.clear();
    this.#next.set(organisationId, at + deliveries * DELIVERY_MS);
    return at;
  }
}
