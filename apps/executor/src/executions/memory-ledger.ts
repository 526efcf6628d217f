import { Roster } from '@millrace/messaging';

/** What several runs use together, such as the program of a workflow's version. */
export interface CommonHolding {
  readonly memoryBytes: number;
}

/** Of less than this nobody keeps account: so many slots of an executor take a small part of its memory with it. */
const SMALL_HOLDING = 1024 * 1024;

/** What one run has of the process's memory. */
export class MemoryShare {
  #bytes = 0;
  /** Of what it uses with others, if it is the one that it counts for. */
  #common = 0;
  #isOpen = true;
  /** Among the ledger's shares; set by the ledger. */
  place = -1;

  constructor(
    private readonly ledger: MemoryLedger,
    /** Called once, when this run holds the most and all together hold too much: it must end and let go of it. */
    private readonly onExceeded: (held: number) => void,
    readonly common: CommonHolding | undefined,
  ) {}

  get bytes(): number {
    return this.#bytes + this.#common;
  }

  /** What it uses with others counts for it from now on. May end this run or another one. */
  holdCommon(): void {
    this.#common = this.common?.memoryBytes ?? 0;
    this.ledger.grow(this.#common);
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
    const held = this.bytes;
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
  /** By what they use together; it counts for the first of them. */
  readonly #users = new Map<CommonHolding, Set<MemoryShare>>();
  #total = 0;

  constructor(readonly limit: number) {}

  get total(): number {
    return this.#total;
  }

  /** A share for one run, to be closed at its end. May end this run or another one. */
  open(onExceeded: (held: number) => void, common?: CommonHolding): MemoryShare {
    const share = new MemoryShare(this, onExceeded, isLarge(common) ? common : undefined);
    share.place = this.#shares.add(share);
    if (share.common !== undefined) this.#use(share, share.common);
    return share;
  }

  #use(share: MemoryShare, common: CommonHolding): void {
    const users = this.#users.get(common) ?? new Set();
    users.add(share);
    this.#users.set(common, users);
    if (users.size === 1) share.holdCommon();
  }

  #leave(share: MemoryShare, common: CommonHolding): void {
    const users = this.#users.get(common);
    const [first] = users ?? [];
    users?.delete(share);
    if (users?.size === 0) this.#users.delete(common);
    else if (first === share) [...(users ?? [])][0]?.holdCommon();
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
    if (share.common !== undefined) this.#leave(share, share.common);
  }
}

function isLarge(common: CommonHolding | undefined): boolean {
  return common !== undefined && common.memoryBytes >= SMALL_HOLDING;
}
