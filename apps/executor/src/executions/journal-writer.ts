import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import type { Clock } from '../clock.js';

/** Appends one entry, of about so many bytes of JSON, after all earlier ones, or throws; never called again before it has returned. */
export type AppendEntry = (events: readonly ExecutionEvent[], bytes: number) => Promise<void>;

/** The events of one entry. */
interface Part {
  readonly events: readonly ExecutionEvent[];
  readonly bytes: number;
}

/** Events wait at most this long, so that progress can be watched. */
const LINGER_MS = 50;
/** An entry is sent when its events are about this large, in bytes of JSON. */
const ENTRY_SIZE = 128 * 1024;
/** What an event takes beside its output. */
const EVENT_OVERHEAD = 160;

/**
 * Gathers the events of one execution into journal entries. Entries are appended one after the other; whoever needs
 * durability while one is on its way shares the next one (group commit). The first failed append ends the writer.
 */
export class JournalWriter {
  #events: ExecutionEvent[] = [];
  #sizes: number[] = [];
  #size = 0;
  #inFlight: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(
    private readonly append: AppendEntry,
    private readonly clock: Clock,
    /** Called once, when an append has failed. */
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** About how much is recorded and not yet on its way, in bytes of JSON. */
  get backlog(): number {
    return this.#size;
  }

  /** Notes what has happened. `payloadBytes` is the size of the payload in it, as JSON. */
  record(event: ExecutionEvent, payloadBytes: number): void {
    const size = payloadBytes + EVENT_OVERHEAD;
    this.#events.push(event);
    this.#sizes.push(size);
    this.#size += size;
    if (this.#next !== undefined || this.#failure !== undefined) return;
    if (this.#size >= ENTRY_SIZE) this.#flushInBackground();
    else this.#cancelTimer ??= this.clock.after(LINGER_MS, () => this.#flushInBackground());
  }

  /** Resolves when everything recorded so far is durable. Rejects with what the append threw. */
  flush(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#events.length === 0) return this.#inFlight ?? Promise.resolve();
    this.#next ??= this.#appendNext();
    return this.#next;
  }

  /** Sends what is recorded now without lingering. */
  hurry(): void {
    // The owner gets a failure by `onFailure`.
    this.flush().catch(() => undefined);
  }

  /** Stops the timer; what is recorded and not flushed is dropped. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#events = [];
    this.#sizes = [];
  }

  #flushInBackground(): void {
    this.#cancelTimer = undefined;
    // The owner gets it by `onFailure`.
    this.flush().catch(() => undefined);
  }

  async #appendNext(): Promise<void> {
    // Also without an append to wait for this gives way once, so that what starts together is recorded together.
    await this.#inFlight;
    this.#next = undefined;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#failure !== undefined) throw this.#failure;
    const events = this.#events;
    if (events.length === 0) return;
    const parts =
      this.#size <= LIMITS.journalEntryBytes ? [{ events, bytes: this.#size }] : inParts(events, this.#sizes);
    this.#events = [];
    this.#sizes = [];
    this.#size = 0;
    this.#inFlight = this.#appendAll(parts);
    try {
      await this.#inFlight;
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.onFailure(this.#failure);
      throw this.#failure;
    } finally {
      this.#inFlight = undefined;
    }
  }

  async #appendAll(parts: readonly Part[]): Promise<void> {
    for (const { events, bytes } of parts) await this.append(events, bytes);
  }
}

/** Events as entries that nobody has to hold more of at once than `LIMITS.journalEntryBytes`, or a single event. */
export function inParts(events: readonly ExecutionEvent[], sizes: readonly number[]): Part[] {
  const parts: Part[] = [];
  let part: ExecutionEvent[] = [];
  let size = 0;
  events.forEach((event, index) => {
    const own = sizes[index] ?? 0;
    if (part.length > 0 && size + own > LIMITS.journalEntryBytes) {
      parts.push({ events: part, bytes: size });
      part = [];
      size = 0;
    }
    part.push(event);
    size += own;
  });
  parts.push({ events: part, bytes: size });
  return parts;
}
