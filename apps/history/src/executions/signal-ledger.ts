import { isKeyedIdIn, LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';

/** What the journal of an execution says about signals, made while its events are read. */
export class SignalLedger {
  /** Bytes of the payloads that no step has had yet, by the ids of their signals. */
  readonly #kept = new Map<string, number>();
  readonly #received = new Set<string>();
  /** Names of the signals that steps wait for, by the paths of these. */
  readonly #awaited = new Map<string, string>();
  #keptBytes = 0;

  add(events: readonly ExecutionEvent[]): void {
    for (const event of events) this.#addOne(event);
  }

  has(signalId: string): boolean {
    return isKeyedIdIn(this.#received, signalId);
  }

  /** Whether a step waits for a signal of that name, as far as is recorded. */
  isAwaited(name: string): boolean {
    for (const awaited of this.#awaited.values()) if (awaited === name) return true;
    return false;
  }

  /** The limit that another signal would exceed, with a payload of so many bytes; null when there is room. */
  limitFor(bytes: number): 'signalsPerExecution' | 'signalsKept' | 'signalsKeptBytes' | null {
    if (this.#received.size >= LIMITS.signalsPerExecution) return 'signalsPerExecution';
    if (this.#kept.size >= LIMITS.signalsKept) return 'signalsKept';
    return this.#keptBytes + bytes > LIMITS.signalsKeptBytes ? 'signalsKeptBytes' : null;
  }

  #addOne(event: ExecutionEvent): void {
    if (event.type === 'signal_received') this.#receive(event);
    else if (event.type === 'step_waiting') this.#wait(event);
    else if (event.type === 'step_completed' || event.type === 'step_failed') {
      if (event.type === 'step_completed' && event.signal_id !== undefined) this.#give(event.signal_id);
      this.#end(event.path);
    }
  }

  #receive({ at, signal, signal_id, data }: Extract<ExecutionEvent, { type: 'signal_received' }>): void {
    const id = signal_id ?? `${at}:${signal}`;
    if (this.#received.has(id)) return;
    const bytes = payloadBytes(data);
    this.#received.add(id);
    this.#kept.set(id, bytes);
    this.#keptBytes += bytes;
  }

  #wait({ path, waits_for, frozen }: Extract<ExecutionEvent, { type: 'step_waiting' }>): void {
    if (waits_for !== 'signal' || typeof frozen !== 'object' || frozen === null || !('signal' in frozen)) return;
    this.#awaited.set(path, String(frozen.signal));
  }

  #give(signalId: string): void {
    this.#keptBytes -= this.#kept.get(signalId) ?? 0;
    this.#kept.delete(signalId);
  }

  /** What was inside of a step that has ended waits for nothing either. */
  #end(path: string): void {
    if (this.#awaited.delete(path)) return;
    for (const inner of this.#awaited.keys())
      if (inner.startsWith(`${path}.`) || inner.startsWith(`${path}[`)) this.#awaited.delete(inner);
  }
}

/** What a payload takes as JSON. */
export function payloadBytes(payload: unknown): number {
  return payload === undefined ? 0 : Buffer.byteLength(stringifyJson(payload));
}
