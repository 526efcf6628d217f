import { Roster } from '@millrace/messaging';
import type { ExecutionRun } from './execution-run.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';

/** The runs of this process, to be interrupted together: one listener on the shutdown signal, however many run. */
export class RunningExecutions {
  readonly #runs = new Roster<ExecutionRun>();
  #signal: AbortSignal | undefined;

  /** Interrupts the run when `signal` is aborted, or at once when it is; returns how to forget it. */
  add(run: ExecutionRun, signal: AbortSignal): () => void {
    const place = this.#runs.add(run);
    if (signal.aborted) run.interrupt(new ExecutorStoppingError());
    else if (signal !== this.#signal) {
      this.#signal = signal;
      signal.addEventListener('abort', () => this.#interruptAll(), { once: true });
    }
    return () => this.#runs.remove(place);
  }

  #interruptAll(): void {
    for (const run of this.#runs) run.interrupt(new ExecutorStoppingError());
  }
}
