import type { Failure } from '@millrace/contracts';
import { marksOf, type StepPlan, type WorkflowPlan } from '@millrace/schema';
import { ActionQueue } from './action-queue.js';
import {
  type Awaited,
  goesOnWithout,
  newFrame,
  newLoop,
  newParallel,
  outputsByName,
  type Action,
  type BlockFrame,
  type Container,
  type LoopFrame,
  type Opening,
  type Task,
} from './frames.js';
import { Holdings, openingWeight } from './holdings.js';
import { beginBranches, newTask, nextIteration } from './nested-blocks.js';
import { branchOf, stopOf, stoppedFailure, within } from './results.js';
import { completedResult, failedResult, NOT_RUN, resetSteps, type Scope, type ScopeBase } from './scope.js';
import type { Weight } from './value-size.js';

/**
 * The meaning of a workflow as a state machine: it gets what happened (`succeed`, `fail`, `skip`, `open`, `retry`, `end`)
 * and returns what to do next (`take`). No I/O, no clock, no randomness: the same calls in the same order give the same
 * actions, so that replaying an execution's events leads to the state it was in.
 *
 * Each call costs the same however many steps or iterations have run, and nothing recurses per iteration: a block that
 * ends queues an action, and the caller's loop takes it.
 */
export class ExecutionMachine {
  readonly #queue = new ActionQueue();
  readonly #open = new Map<string, Task>();
  readonly #root: BlockFrame;
  /** Of the open step runs: those that hold others, and those that wait for something outside. */
  #containers = 0;
  #waiting = 0;
  #ended = false;

  constructor(
    plan: WorkflowPlan,
    base: ScopeBase,
    /** The machine counts the loops that run; the recorder of results counts those. */
    readonly holdings: Holdings = new Holdings(),
  ) {
    const scope: Scope = { ...base, steps: {} };
    resetSteps(scope, plan.root.steps);
    this.#root = newFrame({ block: plan.root, scope, prefix: '', parent: null, index: 0 });
  }

  /** True after {@link end}: nothing will be asked for any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether every open step run waits, or only holds such that do; `others` of them without that the journal says so. Nothing can happen then before a wait ends. */
  onlyWaits(others: number): boolean {
    return this.#waiting + others > 0 && this.#waiting + others === this.#open.size - this.#containers;
  }

  /** Begins with the first step. */
  start(): void {
    this.#enter(this.#root, this.#root.block.entry);
  }

  /** The next thing to do, or undefined while everything waits for results. Things that are outdated by now are left out. */
  take(): Action | undefined {
    return this.#ended ? undefined : this.#queue.take();
  }

  /** The step run at a path that has no result yet, or undefined. */
  openTask(path: string): Task | undefined {
    return this.#open.get(path);
  }

  /** All step runs that have no result yet. */
  openTasks(): Iterable<Task> {
    return this.#open.values();
  }

  /** An attempt has begun, and the journal says so. */
  started(task: Task, at: string): void {
    task.startedAt = at;
    task.firstStartedAt ??= at;
  }

  /** The step waits, and the journal says so: it is not run again, but gets its result when the wait has ended. Times are ISO. */
  wait(task: Task, startedAt: string, until: string | null, awaited: Awaited = {}): void {
    this.started(task, startedAt);
    if (task.state !== 'waiting') this.#waiting++;
    task.state = 'waiting';
    task.waitsUntil = until;
    task.waitsForSignal = awaited.signal ?? null;
    task.waitsForApproval = awaited.approval ?? null;
    if (awaited.tools) task.tools = { since: startedAt, rounds: [...(task.tools?.rounds ?? []), awaited.tools] };
  }

  /** What a step has waited for is there, and its attempt goes on. */
  goOn(task: Task): void {
    if (task.state !== 'waiting') return;
    this.#waitsNoMore(task);
    task.state = 'queued';
    this.#queue.push({ kind: 'run', task });
  }

  /** A loop or parallel begins its nested blocks. `weight` is its `openingWeight`. */
  open(task: Task, opening: Opening, weight: Weight = openingWeight(task, opening, Infinity)): void {
    this.holdings.add(weight);
    this.#containers++;
    if (opening.kind === 'loop') this.#openLoop(task, opening, weight);
    else this.#openParallel(task, opening, weight);
  }

  /** A step has its output. For `condition` and `switch` the output's `branch` decides where it goes on. */
  succeed(task: Task, output: unknown): void {
    const { frame, step } = task;
    this.#settle(task);
    frame.scope.steps[step.id] = completedResult(step, output);
    if (marksOf(step.type).endsExecution) return this.#stop(task, output);
    frame.lastOutput = output;
    frame.lastSealed = step.secretsInOutput;
    const targets = step.branches === null ? undefined : step.branches[branchOf(output)];
    if (targets === undefined || targets.length === 0) return this.#goOn(frame, step);
    frame.pending = frame.pending.length === 0 ? targets.slice(1) : [...targets.slice(1), ...frame.pending];
    this.#enter(frame, targets[0] ?? null);
  }

  /** A step has failed for good. What was still running inside it is aborted. */
  fail(task: Task, failure: Failure): void {
    const { frame, step } = task;
    this.#settle(task);
    frame.scope.steps[step.id] = failedResult(failure);
    if (step.onError.kind === 'fail') return this.#failBlock(frame, failure, task.path);
    frame.lastOutput = null;
    frame.lastSealed = false;
    if (step.onError.kind === 'continue') return this.#goOn(frame, step);
    frame.pending = [];
    this.#enter(frame, step.onError.target);
  }

  /** A step's `if` does not hold. */
  skip(task: Task): void {
    this.#settle(task);
    task.frame.scope.steps[task.step.id] = NOT_RUN;
    this.#goOn(task.frame, task.step);
  }

  /** An attempt has failed and another one is to start at `notBefore` (ISO time). */
  retry(task: Task, startedAt: string, notBefore: string): void {
    task.firstStartedAt ??= startedAt;
    task.attempt++;
    Object.assign(task, { startedAt: null, tools: null, doubt: null, notBefore } satisfies Partial<Task>);
    if (task.state === 'queued') return;
    this.#waitsNoMore(task);
    task.state = 'queued';
    this.#queue.push({ kind: 'run', task });
  }

  /** The execution must not go on (its time is over, it holds too much): everything is aborted and it fails. */
  expire(failure: Failure, path: string | null = null): void {
    this.#abort(this.#root);
    this.#queue.push({ kind: 'fail', failure, path });
  }

  /** The end has been recorded. */
  end(): void {
    this.#ended = true;
  }

  #enter(frame: BlockFrame, position: number | null): void {
    const step = position === null ? undefined : frame.block.steps[position];
    if (step === undefined) return this.#endBlock(frame);
    const task = newTask(frame, step);
    frame.task = task;
    this.#open.set(task.path, task);
    this.#queue.push({ kind: 'run', task });
  }

  /** Its own `next` wins over what is left of a branch, and that over the join. */
  #goOn(frame: BlockFrame, step: StepPlan): void {
    if (step.explicitNext !== undefined) {
      frame.pending = [];
      return this.#enter(frame, step.explicitNext);
    }
    this.#enter(frame, frame.pending.length > 0 ? (frame.pending.shift() ?? null) : step.successor);
  }

  #waitsNoMore(task: Task): void {
    if (task.state === 'waiting') this.#waiting--;
    task.waitsUntil = null;
    task.waitsForSignal = null;
    task.waitsForApproval = null;
  }

  #settle(task: Task): void {
    this.#waitsNoMore(task);
    task.state = 'settled';
    task.frame.task = null;
    this.#open.delete(task.path);
    if (task.container === null) return;
    this.#containers--;
    this.holdings.remove(task.container.weight);
    this.#abortAll(task.container);
  }

  #stop(task: Task, output: unknown): void {
    this.#abort(this.#root);
    const stop = stopOf(output);
    if (stop.status === 'failed') {
      const told: typeof stop = task.step.secretsInOutput ? { ...stop, message: null, output: undefined } : stop;
      this.#queue.push({ kind: 'fail', failure: stoppedFailure(told, task.path), path: task.path });
      return;
    }
    const { scope, lastOutput, lastSealed } = this.#root;
    const [ended, sealed] = stop.given ? [stop.output, task.step.secretsInOutput] : [lastOutput, lastSealed];
    this.#queue.push({ kind: 'complete', scope, output: ended, final: stop.given, sealed });
  }

  #endBlock(frame: BlockFrame): void {
    const { parent } = frame;
    if (parent === null) {
      const { scope, lastOutput: output, lastSealed: sealed } = frame;
      this.#queue.push({ kind: 'complete', scope, output, final: false, sealed });
      return;
    }
    this.#leave(parent, frame, frame.lastOutput);
    if (parent.kind !== 'parallel' || !parent.firstSuccess || parent.active.size === 0) return;
    this.#abortAll(parent);
    this.#queue.push({ kind: 'settle', task: parent.task, result: { output: outputsByName(parent) } });
  }

  #failBlock(frame: BlockFrame, failure: Failure, path: string): void {
    const { parent } = frame;
    if (parent === null) {
      this.#queue.push({ kind: 'fail', failure, path });
    } else if (goesOnWithout(parent)) {
      this.#leave(parent, frame, null);
    } else {
      parent.active.delete(frame);
      this.#abortAll(parent);
      this.#queue.push({
        kind: 'settle',
        task: parent.task,
        result: { failure: within(parent, frame.index, failure, path) },
      });
    }
  }

  /** A nested block has ended with an output. */
  #leave(parent: Container, frame: BlockFrame, output: unknown): void {
    parent.outputs[frame.index] = output;
    parent.active.delete(frame);
    if (parent.kind === 'loop') {
      parent.idleScopes.push(frame.scope);
      this.#iterate(parent);
    } else if (parent.active.size === 0) {
      this.#queue.push({ kind: 'settle', task: parent.task, result: { output: outputsByName(parent) } });
    }
  }

  #openLoop(task: Task, opening: Extract<Opening, { kind: 'loop' }>, weight: Weight): void {
    const loop = newLoop(task, opening, weight);
    task.container = loop;
    // Without steps to run no iteration would ever end by a result.
    if (loop.block.entry === null) loop.nextIndex = loop.items.length;
    this.#iterate(loop);
  }

  /** Starts as many iterations as may run beside each other; settles the loop after the last one. */
  #iterate(loop: LoopFrame): void {
    for (let frame = nextIteration(loop); frame !== null; frame = nextIteration(loop))
      this.#enter(frame, loop.block.entry);
    if (loop.active.size === 0) this.#queue.push({ kind: 'settle', task: loop.task, result: { output: loop.outputs } });
  }

  #openParallel(task: Task, opening: Extract<Opening, { kind: 'parallel' }>, weight: Weight): void {
    const parallel = newParallel(task, opening, weight);
    task.container = parallel;
    for (const frame of beginBranches(parallel)) this.#enter(frame, frame.block.entry);
    if (parallel.active.size === 0) {
      this.#queue.push({ kind: 'settle', task, result: { output: outputsByName(parallel) } });
    }
  }

  #abortAll(container: Container): void {
    for (const frame of container.active) this.#abort(frame);
    container.active.clear();
  }

  /** Takes back what a block still runs. Goes as deep as loops are nested. */
  #abort(frame: BlockFrame): void {
    const { task } = frame;
    if (task === null) return;
    this.#settle(task);
    if (task.container === null) this.#queue.push({ kind: 'abort', task });
  }
}
