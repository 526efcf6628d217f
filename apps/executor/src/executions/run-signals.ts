import type { ExecutionEvent } from '@millrace/contracts';
import type { ReceivedSignal } from '../steps/step-handler.js';

/**
 * The signals that an execution was sent and no step has had yet, by name and in the order of the journal. How many there may be is
 * decided by who writes them there.
 */
export class RunSignals {
  readonly #kept = new Map<string, ReceivedSignal[]>();
  /** By id: a run may get what others write more than once. */
  readonly #seen = new Set<string>();

  /** The recorded events of an execution, in order: what its steps have had is theirs. What was heeded before came after them. */
  replay(events: readonly ExecutionEvent[]): void {
    const later = [...this.#kept.values()].flat();
    this.#kept.clear();
    this.#seen.clear();
    this.heed(events);
    this.#drop(events);
    for (const signal of later) this.#add(signal);
  }

  /** Others have written these events; signals among them are kept. */
  heed(events: readonly ExecutionEvent[]): void {
    for (const event of events) {
      if (event.type !== 'signal_received' || event.signal === undefined) continue;
      const { at, signal: name, data } = event;
      this.#add({ id: event.signal_id ?? `${at}:${name}`, name, payload: data ?? null, at });
    }
  }

  /** Whether there is one of that name. */
  has(name: string): boolean {
    return (this.#kept.get(name)?.length ?? 0) > 0;
  }

  /** The first one of that name, which is then no longer kept; undefined when there is none. */
  take(name: string): ReceivedSignal | undefined {
    return this.#kept.get(name)?.shift();
  }

  /** Those that steps have had. */
  #drop(events: readonly ExecutionEvent[]): void {
    const had = new Set(events.flatMap((event) => (event.type === 'step_completed' ? [event.signal_id] : [])));
    if (had.size === 0) return;
    for (const [name, kept] of this.#kept)
      this.#kept.set(
        name,
        kept.filter(({ id }) => !had.has(id)),
      );
  }

  #add(signal: ReceivedSignal): void {
    if (this.#seen.has(signal.id)) return;
    this.#seen.add(signal.id);
    const kept = this.#kept.get(signal.name) ?? [];
    kept.push(signal);
    this.#kept.set(signal.name, kept);
  }
}
