import type { StepType } from './step-schemas.js';
import type { WorkflowTool } from './tool-fields.js';

/**
 * What a workflow means, decided once: the order of its steps, where branches and joins lead, what each step needs.
 * Made by {@link planWorkflow} from a valid document; the executor only follows it. Positions are indexes into the
 * `steps` of the same block.
 */
export interface WorkflowPlan {
  readonly root: BlockPlan;
  /** Steps in the document, nested ones included. */
  readonly stepCount: number;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The `output` mapping, or undefined: then the last executed step's output is the execution's. */
  readonly output: unknown;
  /** Milliseconds, or null for none. */
  readonly timeoutMs: number | null;
  /** The same for the time until it begins. */
  readonly queueTimeoutMs: number | null;
  readonly missing: 'error' | 'empty';
  /** How many executions may run at the same time; `key` is a template over input, trigger and variables. Null for no bound. */
  readonly concurrency: {
    readonly limit: number;
    readonly key: string | null;
    readonly onConflict: 'queue' | 'skip' | 'cancel_running';
  } | null;
  /** The id of a workflow to start when an execution fails. */
  readonly onFailureWorkflow: string | null;
  /** What models get about it as a tool; null when they may not use it as one. */
  readonly tool: WorkflowTool | null;
}

/** A sequence of steps: the workflow's own, a loop's body or one branch of a parallel. */
export interface BlockPlan {
  /** The name of a parallel's branch; null for an unnamed one and for all other blocks. */
  readonly name: string | null;
  readonly steps: readonly StepPlan[];
  /** Where the block begins: the first step that is no branch target; null for an empty block. */
  readonly entry: number | null;
}

/** One step, with everything that defaults decide filled in. */
export interface StepPlan {
  readonly id: string;
  readonly type: StepType;
  readonly name: string | null;
  /** The validated config as the user wrote it: templates are still text. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A condition's text: the step is skipped when it is false. */
  readonly if: string | null;
  /** Milliseconds for one attempt, or null for none. */
  readonly timeoutMs: number | null;
  readonly retry: RetryPlan;
  readonly onError:
    { readonly kind: 'fail' } | { readonly kind: 'continue' } | { readonly kind: 'goto'; readonly target: number };
  /**
   * The step's own `next`: a position, or null when it ends the block. Undefined when the step has none.
   * It wins over what is left of a branch that is being run.
   */
  readonly explicitNext: number | null | undefined;
  /** Where it goes on otherwise: the first later step that is no branch target; null ends the block. */
  readonly successor: number | null;
  /** For `condition` (`true`, `false`) and `switch` (`0`, `1`, … for its cases and `default`): the steps to run, in order. */
  readonly branches: Readonly<Record<string, readonly number[]>> | null;
  /** Nested blocks: one for a `loop`, one for each branch of a `parallel`. */
  readonly blocks: readonly BlockPlan[];
  /** The output holds secrets, that of a step inside it for one: it must not be shown in history, logs or events. */
  readonly secretsInOutput: boolean;
}

/** How often and when a step is tried again. Delays in milliseconds. */
export interface RetryPlan {
  /** Attempts in all, at least 1. */
  readonly maxAttempts: number;
  readonly backoff: 'constant' | 'linear' | 'exponential';
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
  /** A condition's text over `error` (`error.code`, `error.message`, `error.status`) that must hold for another try; null: retryable errors only. */
  readonly retryIf: string | null;
  /** No further attempt starts after this, counted from the first one; null for no bound. */
  readonly maxElapsedMs: number | null;
}
