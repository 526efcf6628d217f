import type { ExecutionEvent } from '@millrace/contracts';
import type { ReceivedSignal } from '../steps/step-handler.js';

/**
 * The signals that an execution was sent and no step has had yet, by name and in the order of the journal. How many there may be is
 * decided by who writes them there.
 */
export class RunSignals {
  readonly #kept = new Map<string, ReceivedSignal[]>();
  /** By id: of what others write a run may be told more than once. */
  readonly #seen = new Set<string>();

  /** The recorded events of an execution, in order: what its steps have had is theirs. */
  replay(events: readonly ExecutionEvent[]): void {
    this.heed(events);
    const had = new Set(events.flatMap((event) => (event.type === 'step_completed' ? [event.signal_id] : [])));
    if (had.size === 0) return;
    for (const [name, kept] of this.#kept)
      this.#kept.set(
        name,
        kept.filter(({ id }) => !had.has(id)),
      );
  }

  /** Others have written these events; signals among them are kept. */
  heed(events: readonly ExecutionEvent[]): void {
    for (const event of events) if (event.type === 'signal_received') this.#keep(event);
  }

  /** Whether there is one of that name. */
  has(name: string): boolean {
    return (this.#kept.get(name)?.length ?? 0) > 0;
  }

  /** The first one of that name, which is then no longer kept; undefined when there is none. */
  take(name: string): ReceivedSignal | undefined {
    return this.#kept.get(name)?.shift();
  }

  #keep({ at, signal: name, signal_id, data }: Extract<ExecutionEvent, { type: 'signal_received' }>): void {
    if (name === undefined) return;
    const id = signal_id ?? `${at}:${name}`;
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const kept = this.#kept.get(name) ?? [];
    kept.push({ id, name, payload: data ?? null, at });
    this.#kept.set(name, kept);
  }
}
