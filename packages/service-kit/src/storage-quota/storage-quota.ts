import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { AppError, LIMITS } from '@millrace/contracts';
import type { Room, StoreRoom } from '@millrace/messaging';

/** Charges wait at most so long, in memory, before all processes see them. */
const FLUSH_MS = 5_000;
/** So many bytes of one organisation do not wait. */
const FLUSH_BYTES = 256 * 1024;
/** A sum that refuses is read again after so long: a day may have ended, or room been made. */
const REFUSAL_MS = 1_000;
/** Accounts that one process keeps; of too many, those that were opened first go. */
const MOST_ACCOUNTS = LIMITS.rateLimitKeys;
const DROPPED_ACCOUNTS = MOST_ACCOUNTS / 10;
/** What has begun may take the organisation so many times as far as a start. */
const RUNNING_FACTOR = 2;

/** Where the bytes of all processes are counted. See `KeptBytes`. */
export interface ByteCounter {
  charge(organisationId: string, bytes: number): Promise<number | null>;
}

/** What this process knows of an organisation. */
interface Account {
  /** The sum as it was last returned. */
  known: number;
  /** Charged here and not yet on the way. */
  pending: number;
  /** On the way. */
  sending: number;
  /** When it was last asked for; 0 before. Milliseconds. */
  readAt: number;
  /** Resolves when what is on the way has arrived. */
  arrived: Promise<void> | undefined;
  /** And when what came meanwhile has. */
  next: Promise<void> | undefined;
}

/** What a start needs of the {@link StorageQuota}. */
export type StartQuota = Pick<StorageQuota, 'require' | 'charge'>;

/**
 * Bounds what one organisation has stored, so that it cannot take the room of the others: it may keep `percent` of what it
 * keeps and what is free together. The bound falls with what is free, so one organisation never fills a store, nor do
 * several. Nobody waits for the count: charges are gathered in memory and added to the sum of all processes in the
 * background, and the sum that comes back decides about what comes next. Without Redis each process goes on with what it
 * knows. Where no store is watched there is nothing to be a share of: then the bound is `LIMITS.storageQuotaUnwatchedBytes`.
 */
export class StorageQuota implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #accounts = new Map<string, Account>();
  readonly #due = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(
    private readonly counter: ByteCounter,
    private readonly room: Pick<Room, 'store' | 'refusal'>,
    private readonly percent: number,
    private readonly now: () => number = Date.now,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Sends what is pending; what is charged from now on is sent at once. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping = true;
    await this.flush();
  }

  /** Charges bytes that are stored for an organisation. */
  charge(organisationId: string, bytes: number): void {
    if (this.percent === 0) return;
    const account = this.#accountOf(organisationId);
    account.pending += bytes;
    this.#due.add(organisationId);
    // Of an organisation that is new to this process, what others have charged is to be known soon.
    if (this.#stopping || account.readAt === 0 || account.pending >= FLUSH_BYTES)
      void this.#send(organisationId, account);
  }

  /**
   * Throws QUOTA_EXCEEDED when the organisation keeps as much as it may: nothing new of it is to be accepted. Not while all
   * starts are refused for want of room: then that is the reason.
   */
  require(organisationId: string): void {
    const { store } = this.room;
    if (this.percent === 0 || this.room.refusal !== null) return;
    const limit = this.#limit(store);
    const kept = this.#kept(organisationId, limit);
    if (kept > limit) throw quotaExceeded(kept, limit, store);
  }

  /**
   * Charges bytes of an execution that runs; when they are too many it returns why, and they must not be stored. What was
   * accepted may go on beyond the limit of starts: to twice that, and in any case until the organisation has its percentage
   * of the whole store, so that nobody's executions fail because others have filled it.
   */
  chargeRunning(organisationId: string, bytes: number): AppError | null {
    const { store } = this.room;
    if (this.percent > 0) {
      const shareOfAll = ((store?.limit ?? 0) * this.percent) / 100;
      const limit = Math.max(RUNNING_FACTOR * this.#limit(store), shareOfAll);
      const kept = this.#kept(organisationId, limit) + bytes;
      if (kept > limit) return quotaExceeded(kept, limit, store);
    }
    this.charge(organisationId, bytes);
    return null;
  }

  /** Sends all that is pending. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all(
      [...this.#due].map((organisationId) => this.#send(organisationId, this.#accountOf(organisationId))),
    );
  }

  #limit(store: StoreRoom | null): number {
    return store === null ? LIMITS.storageQuotaUnwatchedBytes : (store.free * this.percent) / (100 - this.percent);
  }

  /** What the organisation keeps, as far as it is known here. */
  #kept(organisationId: string, limit: number): number {
    const account = this.#accountOf(organisationId);
    const kept = account.known + account.sending + account.pending;
    const age = this.now() - account.readAt;
    const isOld = age >= FLUSH_MS || (kept > limit && age >= REFUSAL_MS);
    if (isOld && account.arrived === undefined) void this.#send(organisationId, account);
    return kept;
  }

  /** One after the other for each organisation, so that its charges gather while one is on the way. */
  #send(organisationId: string, account: Account): Promise<void> {
    if (account.arrived === undefined) {
      account.arrived = this.#sendNow(organisationId, account).finally(() => (account.arrived = undefined));
      return account.arrived;
    }
    account.next ??= account.arrived.then(async () => {
      account.next = undefined;
      if (account.pending > 0) await this.#send(organisationId, account);
    });
    return account.next;
  }

  async #sendNow(organisationId: string, account: Account): Promise<void> {
    const bytes = account.pending;
    account.pending = 0;
    account.sending += bytes;
    this.#due.delete(organisationId);
    // Also when nothing comes back: a Redis that is away is not asked at each call.
    account.readAt = this.now();
    const sum = await this.counter.charge(organisationId, bytes);
    account.sending -= bytes;
    if (sum !== null) account.known = sum;
    else {
      account.pending += bytes;
      if (bytes > 0) this.#due.add(organisationId);
    }
  }

  #accountOf(organisationId: string): Account {
    const found = this.#accounts.get(organisationId);
    if (found !== undefined) return found;
    if (this.#accounts.size >= MOST_ACCOUNTS) this.#prune();
    const account: Account = { known: 0, pending: 0, sending: 0, readAt: 0, arrived: undefined, next: undefined };
    this.#accounts.set(organisationId, account);
    return account;
  }

  #prune(): void {
    for (const organisationId of this.#accounts.keys()) {
      if (this.#accounts.size <= MOST_ACCOUNTS - DROPPED_ACCOUNTS) return;
      this.#accounts.delete(organisationId);
      this.#due.delete(organisationId);
    }
  }
}

function quotaExceeded(kept: number, limit: number, store: StoreRoom | null): AppError {
  const [condition, cure] =
    store === null
      ? ['the free space of no store is known', 'let it be known (MILLRACE_NATS_MONITOR_URL, MILLRACE_DATA_DIRS)']
      : ['there is as much room as now', 'make room or raise MILLRACE_STORAGE_QUOTA_PERCENT'];
  return new AppError('QUOTA_EXCEEDED', {
    message: `The organisation has stored ${mebibytes(kept)} MiB in the last ${LIMITS.storageQuotaDays} days, and may store ${mebibytes(limit)} MiB while ${condition}. Send less, wait until a day has passed, or ask the operator of this installation to ${cure}.`,
    details: { kind: 'storage', limit_bytes: Math.floor(limit), stored_bytes: kept },
  });
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
