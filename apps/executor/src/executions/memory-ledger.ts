import { Roster } from '@millrace/messaging';

/** What one run has of the process's memory. */
export class MemoryShare {
  #bytes = 0;
  #isOpen = true;
  /** Among the ledger's shares; set by the ledger. */
  place = -1;

  constructor(
    private readonly ledger: MemoryLedger,
    /** Told once, when this run holds the most and all together hold too much: it must end and let go of it. */
    private readonly onExceeded: (held: number) => void,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Notes what the run holds now. May end this run or another one; false when this one must end. */
  set(bytes: number): boolean {
    if (!this.#isOpen) return false;
    const grown = bytes - this.#bytes;
    this.#bytes = bytes;
    this.ledger.grow(grown);
    return this.#isOpen;
  }

  /** Ends the run for what it holds. */
  exceed(): void {
    const held = this.#bytes;
    this.close();
    this.onExceeded(held);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.ledger.forget(this);
  }
}

/**
 * What the running executions of this process hold together, in bytes of its heap. Above the limit the one that holds the
 * most is ended. A pause for new ones would be no help: those that run would hold up everybody until they end.
 */
export class MemoryLedger {
  readonly #shares = new Roster<MemoryShare>();
  #total = 0;

  constructor(readonly limit: number) {}

  get total(): number {
    return this.#total;
  }

  /** A share for one run, to be closed at its end. */
  open(onExceeded: (held: number) => void): MemoryShare {
    const share = new MemoryShare(this, onExceeded);
    share.place = this.#shares.add(share);
    return share;
  }

  /** Called by a share. */
  grow(bytes: number): void {
    this.#total += bytes;
    while (this.#total > this.limit && this.#shares.size > 0) {
      let largest: MemoryShare | undefined;
      for (const share of this.#shares) if (largest === undefined || share.bytes > largest.bytes) largest = share;
      largest?.exceed();
    }
  }

  /** Called by a share. */
  forget(share: MemoryShare): void {
    this.#shares.remove(share.place);
    this.#total -= share.bytes;
  }
}
