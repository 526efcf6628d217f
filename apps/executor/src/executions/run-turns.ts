import type { Task } from '../engine/frames.js';
import type { Admission, AwaitedTurn } from '../steps/step-handler.js';
import type { RunContext } from './run-context.js';
import type { Timers } from './timers.js';

interface Waiting {
  readonly turn: AwaitedTurn;
  cancel: () => void;
}

/** What waiting for turns takes. */
export interface RunTurnsParts {
  readonly timers: Pick<Timers, 'at'>;
  /** Begins the attempt of a step run once more: it asks again. */
  readonly again: (task: Task) => void;
  /** Called when there is something to deliver, or nothing but waiting is left. */
  readonly wake: () => void;
}

/**
 * Step runs of one run whose attempts wait for their turn: nothing of them is recorded. The run can be suspended over them; then whoever calls them wakes the
 * execution, and should nobody do so, it looks by itself.
 */
export class RunTurns {
  readonly #waiting = new Map<Task, Waiting>();
  readonly #called = new Set<Task>();

  constructor(
    private readonly context: Pick<RunContext, 'organisationId' | 'executionId' | 'clock' | 'wakeSuspended'>,
    private readonly parts: RunTurnsParts,
  ) {}

  /** Step runs that wait. */
  get count(): number {
    return this.#waiting.size;
  }

  /** Whether the turn of one has come that has not been reported yet. */
  get hasNews(): boolean {
    return this.#called.size > 0;
  }

  has(task: Task): boolean {
    return this.#waiting.has(task);
  }

  /** How to leave, when the attempt may begin; null when it waits. */
  take(task: Task, admission: Admission): (() => void) | null {
    const { organisationId, executionId, clock } = this.context;
    const { timers, wake } = this.parts;
    const asked = admission.ask({ organisationId, executionId, id: `${executionId}:${task.path}` });
    if ('leave' in asked) return asked.leave;
    const tell = (): void => {
      this.#called.add(task);
      wake();
    };
    asked.call = tell;
    const isWanted = (): boolean => task.state !== 'settled';
    const patienceEnds = clock.now() + asked.patienceMs;
    const look = (): (() => void) => timers.at(patienceEnds + asked.lookMs, tell, isWanted);
    const waiting: Waiting = { turn: asked, cancel: () => undefined };
    const leaveSlot = (): void => {
      waiting.cancel = look();
      wake();
    };
    waiting.cancel = asked.patienceMs > 0 ? timers.at(patienceEnds, leaveSlot, isWanted) : look();
    this.#waiting.set(task, waiting);
    return null;
  }

  /** Lets those ask again that were called. */
  deliver(): void {
    for (const task of [...this.#called]) {
      this.#called.delete(task);
      const waiting = this.#waiting.get(task);
      waiting?.cancel();
      // One may have ended the parallel around another.
      if (this.#waiting.delete(task) && task.state !== 'settled') this.parts.again(task);
    }
  }

  /** Nobody waits for the step any more. */
  abort(task: Task): void {
    const waiting = this.#waiting.get(task);
    waiting?.cancel();
    waiting?.turn.withdraw();
    this.#waiting.delete(task);
    this.#called.delete(task);
  }

  /** The run is suspended, and the journal says so. */
  suspended(): void {
    const { wakeSuspended } = this.context;
    for (const [task, { turn, cancel }] of this.#waiting) {
      cancel();
      if (wakeSuspended === undefined) turn.withdraw();
      else turn.call = wakeOrWithdraw(turn, wakeSuspended);
      if (this.#called.has(task)) turn.call();
    }
    this.#waiting.clear();
    this.#called.clear();
  }

  /** The run ends here otherwise. */
  close(): void {
    for (const task of [...this.#waiting.keys()]) this.abort(task);
  }
}

/** Apart from the run: it may be called hours later, and would keep all that the execution holds. */
function wakeOrWithdraw(turn: AwaitedTurn, wake: () => Promise<boolean>): () => void {
  return () =>
    void wake().then(
      (comes) => void (comes || turn.withdraw()),
      // It looks by itself.
      () => turn.withdraw(),
    );
}
