import type { ExecutionEvent } from '@millrace/contracts';
import type { Task } from '../engine/frames.js';

/** Whether an execution is paused after these events; `before` whether it was before them. */
function isPausedAfter(events: readonly ExecutionEvent[], before: boolean): boolean {
  const last = events.findLast(({ type }) => type === 'paused' || type === 'unpaused');
  return last === undefined ? before : last.type === 'paused';
}

/**
 * Whether the execution of a run is paused, and which step runs are held back for that. What is under way goes on to its end; nothing is begun. See
 * docs/adr/0068-pause.md.
 */
export class Pause {
  readonly #held = new Set<Task>();
  #isPaused = false;

  constructor(
    /** Called when it is paused, and when it goes on. */
    private readonly onChange: () => void,
  ) {}

  get isPaused(): boolean {
    return this.#isPaused;
  }

  heed(events: readonly ExecutionEvent[]): void {
    const isPaused = isPausedAfter(events, this.#isPaused);
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.onChange();
  }

  /** Whether a step run is not to begin now. */
  holds(task: Task): boolean {
    if (this.#isPaused) this.#held.add(task);
    return this.#isPaused;
  }

  isHeld(task: Task): boolean {
    return this.#held.has(task);
  }

  /** The step runs that may begin now; they are not held any more. */
  release(): Task[] {
    const held = [...this.#held].filter(({ state }) => state !== 'settled');
    this.#held.clear();
    return held;
  }
}
