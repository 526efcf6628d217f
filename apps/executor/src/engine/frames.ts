import type { ApprovalRequest, Failure, RecordedToolRound } from '@millrace/contracts';
import type { BlockPlan, StepPlan } from '@millrace/schema';
import type { Weight } from './value-size.js';
import type { Scope } from './scope.js';

/** One run of one step: it is open until it has a result, over all its attempts. */
export interface Task {
  /** Unique in the execution: `step`, `loop[3].step`, `parallel.branch.step`. */
  readonly path: string;
  readonly step: StepPlan;
  readonly scope: Scope;
  readonly frame: BlockFrame;
  /** The attempt that runs or comes next, from 1. */
  attempt: number;
  /** ISO time of the first attempt's start; null while none is known. */
  firstStartedAt: string | null;
  /** ISO time of the recorded start of this attempt; null while there is none. */
  startedAt: string | null;
  /** ISO time before which this attempt must not start; null for at once. */
  notBefore: string | null;
  /** `waiting`: for something outside of the execution, and the journal says so. */
  state: 'queued' | 'taken' | 'waiting' | 'settled';
  /** ISO time at which that wait is over; null while it does not wait, or waits without an end. */
  waitsUntil: string | null;
  /** Name of the signal that it waits for; null for any other wait. */
  waitsForSignal: string | null;
  /** What it asks people; null for any other wait. */
  waitsForApproval: ApprovalRequest | null;
  /** What its attempt has had tools of a model do; null while there is nothing. */
  tools: ToolRounds | null;
  /** What this attempt fails of when its run is lost, since nobody knows what it has done; null while it may be made again. */
  doubt: Failure | null;
  /** The nested blocks, once the step has opened them. */
  container: Container | null;
}

/** The rounds of tools of one attempt, as they are recorded. */
export interface ToolRounds {
  /** ISO time of the beginning of the attempt: each round is recorded as another start of it. */
  readonly since: string;
  readonly rounds: readonly RecordedToolRound[];
}

/** What a waiting step gets from others than time. */
export interface Awaited {
  /** The name of a signal. */
  readonly signal?: string | undefined;
  readonly approval?: ApprovalRequest | undefined;
  /** What tools of a model do meanwhile; the step then goes on, and is not over. */
  readonly tools?: RecordedToolRound | undefined;
}

/** A running block: the workflow's own, an iteration of a loop or a branch of a parallel. It runs one step at a time. */
export interface BlockFrame {
  readonly block: BlockPlan;
  readonly scope: Scope;
  /** What the paths of its steps begin with. */
  readonly prefix: string;
  readonly parent: Container | null;
  /** Position among its siblings: the item's index, the branch's index. */
  readonly index: number;
  /** What is left of taken branches, next one first. */
  pending: number[];
  task: Task | null;
  lastOutput: unknown;
  /** Whether that is kept out of what people see. */
  lastSealed: boolean;
}

/** A loop that runs. */
export interface LoopFrame {
  readonly kind: 'loop';
  readonly task: Task;
  /** What the execution holds for it until it ends. */
  readonly weight: Weight;
  readonly block: BlockPlan;
  readonly items: readonly unknown[];
  readonly concurrency: number;
  readonly continueOnError: boolean;
  readonly outputs: unknown[];
  readonly active: Set<BlockFrame>;
  /** Scopes of ended iterations, for the next ones: an iteration then costs its own steps, not all outer ones. */
  readonly idleScopes: Scope[];
  nextIndex: number;
}

/** A parallel that runs. */
export interface ParallelFrame {
  readonly kind: 'parallel';
  readonly task: Task;
  /** What the execution holds for it until it ends. */
  readonly weight: Weight;
  /** Keys of the branches in the output: their names, else their positions. */
  readonly names: readonly string[];
  /** So many branches may fail. */
  readonly tolerated: number;
  /** Whether the first branch that ends well ends it. */
  readonly firstSuccess: boolean;
  failures: number;
  readonly outputs: unknown[];
  readonly active: Set<BlockFrame>;
}

export type Container = LoopFrame | ParallelFrame;

/** What a loop or parallel step found when it was evaluated: how its nested blocks are to be run. */
export type Opening =
  | {
      readonly kind: 'loop';
      readonly items: readonly unknown[];
      readonly concurrency: number;
      readonly continueOnError: boolean;
    }
  | { readonly kind: 'parallel'; readonly tolerated: number; readonly firstSuccess: boolean };

/** What is to be done next. */
export type Action =
  /** Run an attempt of a step, not before `task.notBefore`. */
  | { readonly kind: 'run'; readonly task: Task }
  /** Record the result of a loop or parallel whose blocks have ended. */
  | {
      readonly kind: 'settle';
      readonly task: Task;
      readonly result: { readonly output: unknown } | { readonly failure: Failure };
    }
  /** Stop an attempt that runs: nobody waits for its result any more. */
  | { readonly kind: 'abort'; readonly task: Task }
  /** Record the end. `final` is false when the workflow's own `output` mapping applies; `sealed`: the output is that of a step with `secrets_in_output`. */
  | {
      readonly kind: 'complete';
      readonly scope: Scope;
      readonly output: unknown;
      readonly final: boolean;
      readonly sealed: boolean;
    }
  /** Record the end as failed. */
  | { readonly kind: 'fail'; readonly failure: Failure; readonly path: string | null };

/** A block that begins. */
export function newFrame(start: Pick<BlockFrame, 'block' | 'scope' | 'prefix' | 'parent' | 'index'>): BlockFrame {
  const { block, scope, prefix, parent, index } = start;
  return { block, scope, prefix, parent, index, pending: [], task: null, lastOutput: null, lastSealed: false };
}

/** A loop that begins; nothing of it runs yet. */
export function newLoop(task: Task, opening: Extract<Opening, { kind: 'loop' }>, weight: Weight): LoopFrame {
  return {
    ...opening,
    task,
    weight,
    block: task.step.blocks[0] ?? { name: null, steps: [], entry: null },
    outputs: new Array<unknown>(opening.items.length).fill(null),
    active: new Set(),
    idleScopes: [],
    nextIndex: 0,
  };
}

/** A parallel that begins; nothing of it runs yet. */
export function newParallel(
  task: Task,
  opening: Extract<Opening, { kind: 'parallel' }>,
  weight: Weight,
): ParallelFrame {
  const { blocks } = task.step;
  return {
    kind: 'parallel',
    task,
    weight,
    names: blocks.map((block, index) => block.name ?? String(index)),
    tolerated: opening.tolerated,
    firstSuccess: opening.firstSuccess,
    failures: 0,
    outputs: blocks.map(() => null),
    active: new Set(),
  };
}

/** A nested block has failed: whether the others go on. */
export function goesOnWithout(container: Container): boolean {
  return container.kind === 'loop' ? container.continueOnError : ++container.failures <= container.tolerated;
}

/** The output of a parallel: that of each branch under its name. */
export function outputsByName(parallel: ParallelFrame): Record<string, unknown> {
  return Object.fromEntries(parallel.names.map((name, index) => [name, parallel.outputs[index]]));
}
