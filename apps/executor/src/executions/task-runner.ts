import { isErrorCode, LIMITS, type Failure } from '@millrace/contracts';
import { lackedFile } from '@millrace/service-kit/expression-files';
import { isoTime } from '../clock.js';
import type { Action, Opening, Task } from '../engine/frames.js';
import { openingWeight } from '../engine/holdings.js';
import type { ExecutionMachine } from '../engine/machine.js';
import { ReplayMismatchError } from '../engine/replay.js';
import { StepFailure } from '../steps/step-failure.js';
import type { Attempt, BeginWait, ChildCall } from '../steps/step-handler.js';
import type { Allowance } from './allowance.js';
import type { EffectRunner } from './effect-runner.js';
import { evaluateTask, SKIPPED } from './evaluate-task.js';
import { optionsOf, replayOptions } from './evaluation-options.js';
import { FileContents } from '../files/file-contents.js';
import { hasBegunOutside } from './replay-run.js';
import type { RunContext } from './run-context.js';
import type { Pause } from './run-pause.js';
import { RunTurns } from './run-turns.js';
import type { StepChildren } from './step-children.js';
import type { StepRecorder } from './step-recorder.js';
import type { StepWaits } from './step-waits.js';
import { stepTimeout } from './step-timeout.js';
import type { Timers } from './timers.js';

/** The parts of one run that running a step takes. */
export interface TaskRunnerParts {
  readonly machine: ExecutionMachine;
  readonly record: StepRecorder;
  readonly waits: StepWaits;
  readonly children: StepChildren;
  readonly effects: EffectRunner;
  readonly timers: Timers;
  readonly allowance: Allowance;
  readonly pause: Pause;
  /** Called when there is something to do, later than it was asked for. */
  readonly wake: () => void;
}

/** What is recorded of an attempt in doubt, as the failure that was left for it. It is not made again. */
function lostWith({ code, message, details }: Failure): StepFailure {
  return new StepFailure(isErrorCode(code) ? code : 'INTERNAL_ERROR', message, {
    details: details ?? {},
    isFinal: true,
  });
}

/** Begins the attempts of step runs, each in the way of its kind, and takes up those that a replay has left open. */
export class TaskRunner {
  /** Step runs whose next attempt has its time. */
  readonly #delayed = new Set<Task>();
  readonly #contents: FileContents;
  readonly #turns: RunTurns;

  constructor(
    private readonly context: RunContext,
    private readonly parts: TaskRunnerParts,
  ) {
    this.#contents = new FileContents(context, (task, bytes) => this.parts.allowance.holdingFiles(task, bytes));
    const { timers, wake } = parts;
    this.#turns = new RunTurns(context, { timers, wake, again: (task) => this.run(task) });
  }

  /** Runs the next attempt of a step, at its time. */
  run(task: Task): void {
    // Of several that are let go at once, one may end the parallel around the others.
    if (task.state === 'settled') return;
    const wait = task.notBefore === null ? 0 : Date.parse(task.notBefore) - this.context.clock.now();
    if (wait > 0) {
      this.#delayed.add(task);
      const run = (): void => {
        this.#delayed.delete(task);
        this.run(task);
        this.parts.wake();
      };
      this.parts.timers.at(Date.parse(task.notBefore ?? ''), run, () => task.state !== 'settled');
      return;
    }
    if (!this.parts.pause.holds(task)) this.#runNow(task);
  }

  /** Lets step runs begin whose turn has come. */
  deliver(): void {
    this.#turns.deliver();
  }

  /** Whether there is one whose turn has come. */
  get hasNews(): boolean {
    return this.#turns.hasNews;
  }

  /** Whether nothing is under way: every step run waits, or is to begin later. */
  get onlyWait(): boolean {
    return !this.hasNews && this.parts.machine.onlyWaits(this.#delayed.size + this.#turns.count);
  }

  /** The run is suspended, and the journal says so. */
  suspended(): void {
    // A paused one has its turn once it goes on.
    if (this.parts.pause.isPaused) this.#turns.close();
    else this.#turns.suspended();
  }

  /** The run ends here. */
  close(): void {
    this.#turns.close();
  }

  /** Whether nothing is under way that goes on while the execution is paused. */
  areAtRest(): boolean {
    if (this.hasNews) return false;
    for (const task of this.parts.machine.openTasks()) if (!this.#isAtRest(task)) return false;
    return true;
  }

  /** Whether nothing of a step run is under way: it waits, is held back, has its next attempt later, or only holds others. */
  #isAtRest(task: Task): boolean {
    const isKept = this.parts.pause.isHeld(task) || this.#delayed.has(task) || this.#turns.has(task);
    return isKept || task.state === 'waiting' || task.container !== null;
  }

  /** Records the result of a loop or parallel whose blocks have ended. */
  settle(task: Task, result: Extract<Action, { kind: 'settle' }>['result']): void {
    const startedAt = task.startedAt ?? isoTime(this.context.clock.now());
    if ('output' in result) this.parts.record.completed(task, startedAt, result.output);
    else this.parts.record.failed(task, startedAt, result.failure);
  }

  /** Stops an attempt: nobody waits for its result any more. */
  abort(task: Task): void {
    this.#delayed.delete(task);
    this.#turns.abort(task);
    this.parts.waits.abort(task);
    this.parts.children.abort(task);
    this.parts.effects.abort(task);
  }

  /** Takes up a step run that was open where the journal ended. */
  goOn(task: Task): void {
    if (task.container !== null && task.startedAt !== null) this.#limitContainer(task, Date.parse(task.startedAt));
    if (task.state === 'waiting') this.#goOnWaiting(task);
    else if (hasBegunOutside(this.context, task)) this.parts.effects.mayHaveBegun(task);
  }

  #runNow(task: Task): void {
    const { record, waits, children } = this.parts;
    // One time for both: the recorded start is what a replay evaluates with.
    const now = this.context.clock.now();
    const startedAt = isoTime(now);
    if (task.doubt !== null) return this.#failInDoubt(task, task.doubt);
    const options =
      task.tools === null
        ? optionsOf(this.context, task, now)
        : replayOptions(this.context, task, Date.parse(task.tools.since));
    let evaluated: ReturnType<typeof evaluateTask>;
    try {
      evaluated = evaluateTask(this.context, task, { ...options, files: this.#contents.of(task) });
    } catch (error) {
      const lacked = lackedFile(error);
      if (lacked !== undefined) return void this.#load(task, startedAt, lacked);
      this.#contents.drop(task);
      return record.attemptFailed(task, startedAt, error, { budget: options.budget });
    }
    this.#contents.drop(task);
    const { program, result } = evaluated;
    if (result === SKIPPED) return record.skipped(task);
    switch (program.kind) {
      case 'pure':
        return record.completed(task, startedAt, result, { budget: options.budget });
      case 'container':
        return this.#open(task, startedAt, result as Opening);
      case 'effect':
        return this.#attempt(task, startedAt, result as Attempt);
      case 'wait': {
        const begin = result as BeginWait;
        const first = task.firstStartedAt === null ? now : Date.parse(task.firstStartedAt);
        return waits.begin(task, startedAt, begin(first, now), program.outcome);
      }
      case 'child':
        return children.begin(task, startedAt, result as ChildCall);
    }
  }

  /** The run that made the attempt was lost, and nobody knows what it has done. */
  #failInDoubt(task: Task, doubt: Failure): void {
    const { effects, record } = this.parts;
    effects.abort(task);
    record.attemptFailed(task, task.startedAt ?? isoTime(this.context.clock.now()), lostWith(doubt));
  }

  /** Loads a file that the texts of the step read, and evaluates them again. */
  async #load(task: Task, startedAt: string, fileId: string): Promise<void> {
    const { attempt } = task;
    const isOver = (): boolean => this.parts.children.isClosed || task.state === 'settled' || task.attempt !== attempt;
    try {
      await this.#contents.load(task, fileId);
      if (!isOver()) this.#runNow(task);
    } catch (error) {
      this.#contents.drop(task);
      if (!isOver()) this.parts.record.attemptFailed(task, startedAt, error);
    }
    if (isOver()) this.#contents.drop(task);
    this.parts.wake();
  }

  /** Makes the attempt once it is its turn. */
  #attempt(task: Task, startedAt: string, attempt: Attempt): void {
    const { record, effects } = this.parts;
    const leave = attempt.admission && this.#turns.take(task, attempt.admission);
    if (leave === null) return;
    record.started(task, startedAt);
    effects.start(task, attempt, leave);
  }

  #open(task: Task, startedAt: string, opening: Opening): void {
    const { record, machine, allowance } = this.parts;
    const weight = openingWeight(task, opening, LIMITS.executionBytes);
    if (!allowance.mayOpen(task.path, weight)) return;
    record.started(task, startedAt);
    machine.open(task, opening, weight);
    allowance.note();
    this.#limitContainer(task, Date.parse(startedAt));
  }

  #limitContainer(task: Task, startedAt: number): void {
    const { timeoutMs } = task.step;
    if (timeoutMs === null) return;
    const expire = (): void => {
      this.parts.record.attemptFailed(task, isoTime(startedAt), stepTimeout(timeoutMs));
      this.parts.wake();
    };
    this.parts.timers.at(startedAt + timeoutMs, expire, () => task.state !== 'settled');
  }

  #goOnWaiting(task: Task): void {
    if (task.tools !== null) return this.parts.children.tools.goOn(task);
    const program = this.context.program.step(task.step);
    if (program.kind === 'child') {
      const evaluate = (): ChildCall =>
        program.evaluate(task.scope, replayOptions(this.context, task, Date.parse(task.startedAt ?? '')));
      if (this.parts.children.goOn(task, evaluate)) return;
    }
    if (program.kind !== 'wait') throw new ReplayMismatchError({ type: 'step_waiting', path: task.path });
    this.parts.waits.goOn(task, program.outcome);
  }
}
