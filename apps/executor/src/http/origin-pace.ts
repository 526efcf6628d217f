import { LIMITS } from '@millrace/contracts';

/** How many executions of an organisation may call one origin at the same time. */
export interface CallsToOrigin {
  /** However long it takes. */
  readonly share: number;
  /** Where it is quick. */
  readonly most: number;
}

/** A call whose service is waited for. Times are milliseconds of a clock that is never set. */
export interface PacedCall {
  /** When it was made; null before that. */
  since: number | null;
  /** Whether it is known to take long. */
  isSlow: boolean;
}

/**
 * How many executions of an organisation may call an origin at the same time, by how long its calls take: so many as TCP has packets under way, by slow start and congestion
 * avoidance (RFC 5681), with a call that takes long in the place of a packet that is lost (docs/adr/0106-turns-at-slow-services.md).
 */
export class OriginPace {
  /** Begun when it is first asked for: of a service that was not called yet as little is known as of one that was not for a while. */
  #window = 0;
  /** Beyond it the window grows by one for as many calls as it has, and not for each: there it was slow. */
  #threshold = Infinity;
  /** Those that are not known to take long, in the order in which they were made. */
  readonly #recent = new Set<PacedCall>();
  /** Those under way that take long. */
  #slow = 0;
  #isSlow = false;
  /** When more than the share was last wanted. */
  #wantedAt = -Infinity;

  constructor(private readonly calls: CallsToOrigin) {}

  /** How many may, when there is somebody who wants to and so many are under way. */
  window(now: number, underWay: number): number {
    this.#judge(now);
    if (underWay >= this.calls.share) this.#wantedAt = now;
    // What it could do then says little of now.
    else if (now - this.#wantedAt > LIMITS.originWindowKeptMs) {
      this.#window = this.calls.share;
      this.#threshold = Infinity;
    }
    return Math.floor(this.#window);
  }

  /** The call is made. */
  begun(call: PacedCall, now: number): void {
    call.since = now;
    this.#recent.add(call);
  }

  /** The call is over, or has not been made. `isWanted`: whether somebody waits for a place. */
  over(call: PacedCall, now: number, isWanted: boolean): void {
    if (isWanted) this.#wantedAt = now;
    if (call.since === null) return;
    this.#judge(now);
    this.#recent.delete(call);
    if (call.isSlow) this.#slow--;
    else if (isWanted && !this.#isSlow)
      this.#window = Math.min(this.calls.most, this.#window + (this.#window < this.#threshold ? 1 : 1 / this.#window));
  }

  /** By the age of the calls that are under way too: of a service that hangs none is ever over. */
  #judge(now: number): void {
    for (const call of this.#recent) {
      if (now - (call.since ?? now) <= LIMITS.originQuickMs) break;
      call.isSlow = true;
      this.#recent.delete(call);
      this.#slow++;
    }
    const isSlow = this.#slow * 2 >= this.calls.share;
    if (isSlow && !this.#isSlow) {
      this.#threshold = Math.max(this.calls.share, this.#window / 2);
      this.#window = this.calls.share;
    }
    this.#isSlow = isSlow;
  }
}
