import { AppError } from '@millrace/contracts';

/** How many requests may wait for their twins in one process, and for how long each. */
export interface TwinRoom {
  readonly all: number;
  readonly perOrganisation: number;
  readonly waitMs: number;
}

/** One request that wants to use a key. */
export interface Turn {
  readonly owner: string;
  readonly name: string;
  /** Distinguishes the request from others under the key. */
  readonly fingerprint: string;
  /** When it has waited for long enough, milliseconds since the epoch. */
  readonly until: number;
  /** Its caller has gone away. */
  readonly gone: AbortSignal;
}

/** A request of this process that has its turn. */
export class KeyUse {
  readonly ended: Promise<void>;
  /** Resolves once it is known whether the key is in use for this request. */
  readonly known: Promise<void>;
  #heldFor: string | undefined;
  #setEnded = (): void => undefined;
  #setKnown = (): void => undefined;

  constructor(private readonly onEnd: (use: KeyUse) => void) {
    this.ended = new Promise((resolve) => (this.#setEnded = resolve));
    this.known = new Promise((resolve) => (this.#setKnown = resolve));
  }

  /** By the key's record it is in use for this request: others are refused from then on. */
  holdFor(fingerprint: string): void {
    this.#heldFor = fingerprint;
    this.#setKnown();
  }

  end(): void {
    this.onEnd(this);
    this.#setKnown();
    this.#setEnded();
  }

  /** Throws IDEMPOTENCY_KEY_REUSED when the key is in use for another request. */
  requireFor(fingerprint: string): void {
    if (this.#heldFor !== undefined && this.#heldFor !== fingerprint) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  }
}

/**
 * Requests under one key take turns in a process: one of them looks at the record of the key, and the others wait for it here, without a
 * question. Keys of several processes meet in the record only.
 */
export class TwinWaits {
  readonly #underWay = new Map<string, KeyUse>();
  readonly #waiting = new Map<string, number>();
  #all = 0;

  constructor(private readonly room: TwinRoom) {}

  /** Resolves when it is the request's turn. Throws IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED. */
  async enter(turn: Turn): Promise<KeyUse> {
    const key = `${turn.owner}.${turn.name}`;
    let before = this.#underWay.get(key);
    if (before !== undefined) {
      before.requireFor(turn.fingerprint);
      const leave = this.takePlace(turn.owner);
      try {
        for (; before !== undefined; before = this.#underWay.get(key)) {
          await within(before.known, turn);
          before.requireFor(turn.fingerprint);
          await within(before.ended, turn);
        }
      } finally {
        leave();
      }
    }
    const use = new KeyUse((ended) => {
      if (this.#underWay.get(key) === ended) this.#underWay.delete(key);
    });
    this.#underWay.set(key, use);
    return use;
  }

  /** Takes a place among those who wait; returns the function that gives it back. Throws IDEMPOTENCY_KEY_IN_USE when there is none. */
  takePlace(owner: string): () => void {
    const own = this.#waiting.get(owner) ?? 0;
    if (own >= this.room.perOrganisation || this.#all >= this.room.all) throw inUse();
    this.#waiting.set(owner, own + 1);
    this.#all += 1;
    return () => {
      this.#all -= 1;
      const left = (this.#waiting.get(owner) ?? 1) - 1;
      if (left > 0) this.#waiting.set(owner, left);
      else this.#waiting.delete(owner);
    };
  }
}

/** Another request works under the key; `until`: when that ends at the latest, if nobody gives a sign, milliseconds since the epoch. */
export function inUse(until = 0): AppError {
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1_000));
  return new AppError('IDEMPOTENCY_KEY_IN_USE', { details: { retry_after: seconds } });
}

/** Resolves with the work. Throws IDEMPOTENCY_KEY_IN_USE when the request has waited for long enough, or nobody wants its answer any more. */
async function within(work: Promise<void>, { until, gone }: Turn): Promise<void> {
  let stop = (): void => undefined;
  const over = new Promise<never>((_, reject) => {
    stop = () => reject(inUse());
  });
  const timer = setTimeout(stop, until - Date.now());
  gone.addEventListener('abort', stop);
  if (gone.aborted) stop();
  try {
    await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    gone.removeEventListener('abort', stop);
  }
}
