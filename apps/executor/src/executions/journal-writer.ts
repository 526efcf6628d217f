import type { ExecutionEvent } from '@millrace/contracts';
import type { Clock } from '../clock.js';

/** Appends one entry after all earlier ones, or throws; never called again before it has answered. */
export type AppendEntry = (events: readonly ExecutionEvent[]) => Promise<void>;

/** Events wait at most this long, so that progress can be watched. */
const LINGER_MS = 50;
/** An entry is sent when its events are about this large, in characters of JSON. */
const ENTRY_SIZE = 128 * 1024;
/** What an event takes beside its output. */
const EVENT_OVERHEAD = 160;

/**
 * Gathers the events of one execution into journal entries. Entries are appended one after the other; whoever needs
 * durability while one is on its way shares the next one (group commit). The first failed append ends the writer.
 */
export class JournalWriter {
  #events: ExecutionEvent[] = [];
  #size = 0;
  #inFlight: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(
    private readonly append: AppendEntry,
    private readonly clock: Clock,
    /** Told once, when an append has failed. */
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** About how much is recorded and not yet on its way, in characters of JSON. */
  get backlog(): number {
    return this.#size;
  }

  /** Notes what has happened. `outputSize` is that of the payload in it, in characters of JSON. */
  record(event: ExecutionEvent, outputSize: number): void {
    this.#events.push(event);
    this.#size += outputSize + EVENT_OVERHEAD;
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

  /** Stops the timer; what is recorded and not flushed is dropped. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#events = [];
  }

  #flushInBackground(): void {
    this.#cancelTimer = undefined;
    // The owner is told by `onFailure`.
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
    this.#events = [];
    this.#size = 0;
    this.#inFlight = this.append(events);
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
}
