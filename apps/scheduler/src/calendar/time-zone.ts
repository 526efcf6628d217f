import { LRUCache } from 'lru-cache';

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;

/** Days of which a zone keeps the offset that they begin with; schedules are due on few. */
const KEPT_DAYS = 500;

/** A moment at which the clocks of a zone are changed. */
export interface Transition {
  /** The first instant that has the new offset. */
  readonly at: number;
  /** What is added to UTC before and after it. Milliseconds. */
  readonly before: number;
  readonly after: number;
}

/**
 * The clocks of a time zone. Instants are milliseconds since the epoch. A *local* time is what the clocks show, written as
 * the instant at which they would show it in UTC, so that it can be reckoned with.
 */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat | null;
  /** By the number of a day of UTC since the epoch. */
  readonly #offsets = new Map<number, number>();

  /** Throws a RangeError for what is no zone. */
  constructor(readonly name: string) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    this.#format = format.resolvedOptions().timeZone === 'UTC' ? null : format;
  }

  /** What the clocks show. */
  local(instant: number): number {
    return instant + this.offset(instant);
  }

  /** What is added to UTC at an instant. */
  offset(instant: number): number {
    if (this.#format === null) return 0;
    const day = Math.floor(instant / DAY);
    const offset = this.#offsetOf(day);
    // Clocks are not changed twice in a day. Asking `Intl` takes a hundred times as long as all else.
    return offset === this.#offsetOf(day + 1) ? offset : this.#asked(this.#format, instant);
  }

  /** The offset that a day begins with. */
  #offsetOf(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      if (this.#offsets.size >= KEPT_DAYS) this.#offsets.clear();
      this.#offsets.set(day, (offset = this.#format === null ? 0 : this.#asked(this.#format, day * DAY)));
    }
    return offset;
  }

  #asked(format: Intl.DateTimeFormat, instant: number): number {
    const whole = Math.floor(instant / SECOND) * SECOND;
    const found: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(whole)) found[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
    return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
  }

  /** The change of the clocks in `(from, to]`, or null. Of several only one is found: none are within a day of each other. */
  transitionBetween(from: number, to: number): Transition | null {
    const before = this.offset(from);
    const after = this.offset(to);
    if (before === after) return null;
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offset(middle) === before) low = middle;
      else high = middle;
    }
    return { at: high, before, after };
  }

  /** The change of the clocks that a local time falls into or is near to, or null. */
  transitionAround(local: number): Transition | null {
    return this.transitionBetween(local - DAY, local + DAY);
  }
}

/** A zone costs some 30 KB and a tenth of a millisecond, and nearly all schedules share a few. */
const zones = new LRUCache<string, TimeZone>({ max: 600 });

/** The zone of an IANA name, which may be written in any case. Throws a RangeError for what is none. */
export function timeZone(name: string): TimeZone {
  const key = name.toLowerCase();
  const kept = zones.get(key);
  if (kept !== undefined) return kept;
  const zone = new TimeZone(name);
  zones.set(key, zone);
  return zone;
}
