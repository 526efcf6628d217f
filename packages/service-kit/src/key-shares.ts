import { Inject, Injectable } from '@nestjs/common';
import { AppError, LIMITS } from '@millrace/contracts';
import { BUS, type Bus, type RecordCounts } from '@millrace/messaging';

/** What was counted holds for so long, with what was taken since. Milliseconds. */
const COUNTED_MS = 5_000;
/** A count that refuses is made again after so long: a key may have expired, or others may have made room. */
const REFUSED_MS = 1_000;
/** Organisations whose counts one process keeps; of too many, those that were counted first go. */
const MOST_COUNTS = LIMITS.rateLimitKeys;

/** What this process knows of an organisation's keys. */
interface Counted {
  readonly counts: Promise<RecordCounts>;
  readonly at: number;
  /** Taken since it was counted. */
  taken: number;
}

/**
 * Bounds how many `Idempotency-Key`s of one organisation are remembered, so that it cannot take the room of the others: it may have
 * `LIMITS.idempotencyKeysShare` of what it has and what is free together. The bound falls with what is free, so that neither one organisation nor several
 * of them fill the bucket. What counts is what the server has: it is the same for all gateways, is right after a restart, and falls as keys expire.
 */
@Injectable()
export class KeyShares {
  readonly #counted = new Map<string, Counted>();

  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'records'>) {}

  /** Takes room for one more key of an owner. Throws IDEMPOTENCY_KEYS_EXHAUSTED, SERVICE_UNAVAILABLE. */
  async take(owner: string): Promise<void> {
    const counted = this.#latest(owner, COUNTED_MS);
    if (await hasRoom(counted)) return;
    const again = this.#latest(owner, REFUSED_MS);
    if (again !== counted && (await hasRoom(again))) return;
    throw exhausted(await again.counts, again.taken);
  }

  /** A count that is not older than `mostMs`. Whoever asks meanwhile waits for the same one. */
  #latest(owner: string, mostMs: number): Counted {
    const known = this.#counted.get(owner);
    if (known !== undefined && Date.now() - known.at < mostMs) return known;
    const counted: Counted = { counts: this.bus.records.counts(owner), at: Date.now(), taken: 0 };
    counted.counts.catch(() => {
      if (this.#counted.get(owner) === counted) this.#counted.delete(owner);
    });
    this.#counted.delete(owner);
    this.#counted.set(owner, counted);
    if (this.#counted.size > MOST_COUNTS)
      for (const oldest of [...this.#counted.keys()].slice(0, MOST_COUNTS / 10)) this.#counted.delete(oldest);
    return counted;
  }
}

/** Whether there is room for one more, which is taken then. */
async function hasRoom(counted: Counted): Promise<boolean> {
  const { own, free } = await counted.counts;
  const limit = limitOf(free);
  if (limit !== null && own + counted.taken >= limit) return false;
  counted.taken += 1;
  return true;
}

/** How many keys an organisation may have while there is room for so many more. At least one, or none could ever begin. */
function limitOf(free: number | null): number | null {
  const share = LIMITS.idempotencyKeysShare;
  return free === null ? null : Math.max(1, Math.floor((free * share) / (1 - share)));
}

function exhausted({ own, oldestAt, free }: RecordCounts, taken: number): AppError {
  const resetAt = Math.ceil(((oldestAt?.getTime() ?? Date.now()) + LIMITS.idempotencyKeyMs) / 1_000);
  return new AppError('IDEMPOTENCY_KEYS_EXHAUSTED', {
    message:
      'The organisation has as many Idempotency-Keys remembered as it may, so nothing was done; each is forgotten after 24 hours. Send the request again later, send fewer of them, or send it without a key if it may be carried out twice',
    details: { keys: own + taken, limit: limitOf(free), reset_at: resetAt },
  });
}
