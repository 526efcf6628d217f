import { AppError } from '@millrace/contracts';

/** So many attempts without a reply, over so long without an answer to any, and a stream counts as one that does not store. */
const UNANSWERED_LIMIT = 3;
const UNANSWERED_MS = 1_500;
/** While it does, one message in this time is let through to see whether it still does not. */
const TRIAL_MS = 1_000;
/** Without a further attempt for this long nothing is known any more. */
const FORGET_MS = 15_000;

/** The store that is fullest of those that are watched, in bytes. */
export interface StoreRoom {
  readonly free: number;
  readonly limit: number;
}

interface Stuck {
  unanswered: number;
  since: number;
  last: number;
  trialAt: number;
}

/**
 * Whether the platform may accept something new: set by the storage guard, and learned from the outcome of
 * publishes. NATS does not acknowledge a publish that it could not write, so a run of attempts without an answer is all there is to see.
 */
export class Room {
  #refusal: AppError | null = null;
  #exhausted = false;
  #store: StoreRoom | null = null;
  readonly #stuck = new Map<string, Stuck>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Refuses what is new with an error, until set to null. `exhausted`: what was accepted should not begin either. */
  refuse(refusal: AppError | null, exhausted = false): void {
    this.#refusal = refusal;
    this.#exhausted = exhausted;
  }

  /** Notes what is free of the fullest store; null where none is watched. */
  measured(store: StoreRoom | null): void {
    this.#store = store;
  }

  /** What is free of the fullest store, as last measured; null where none is watched. */
  get store(): StoreRoom | null {
    return this.#store;
  }

  /** Throws while so little room is left that it is for what has begun: STORAGE_FULL. */
  requireToBegin(): void {
    if (this.#exhausted && this.#refusal !== null) throw this.#refusal;
  }

  /** Why nothing new is accepted, or null. */
  get refusal(): AppError | null {
    return this.#refusal;
  }

  /** False while a stream does not store what is published to it. */
  get storing(): boolean {
    for (const stream of this.#stuck.keys()) if (this.#isStuck(stream)) return false;
    return true;
  }

  /** Throws when nothing new may be accepted on a stream: STORAGE_FULL, or SERVICE_UNAVAILABLE while NATS does not store. */
  require(stream: string): void {
    if (this.#refusal !== null) throw this.#refusal;
    const stuck = this.#stuck.get(stream);
    if (stuck === undefined || !this.#isStuck(stream)) return;
    if (this.now() < stuck.trialAt) throw notStoring();
    stuck.trialAt = this.now() + TRIAL_MS;
  }

  /** Whether something new may be accepted on a stream. */
  accepts(stream: string): boolean {
    return this.#refusal === null && !this.#isStuck(stream);
  }

  /** A publish got its reply: stored, or refused for a reason. */
  answered(stream: string): void {
    if (this.#stuck.size > 0) this.#stuck.delete(stream);
  }

  /** An attempt to publish got no reply, although there is a connection. */
  unanswered(stream: string): void {
    const now = this.now();
    const { unanswered = 0, since = now } = this.#stuck.get(stream) ?? {};
    this.#stuck.set(stream, { unanswered: unanswered + 1, since, last: now, trialAt: now + TRIAL_MS });
  }

  /** The server was started again, or is another one. */
  reconnected(): void {
    this.#stuck.clear();
  }

  #isStuck(stream: string): boolean {
    const stuck = this.#stuck.get(stream);
    if (stuck === undefined || this.now() - stuck.last >= FORGET_MS) return false;
    return stuck.unanswered >= UNANSWERED_LIMIT && stuck.last - stuck.since >= UNANSWERED_MS;
  }
}

function notStoring(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'NATS does not confirm that messages are stored; try again',
    details: { service: 'nats' },
  });
}
