import type { Span } from '@millrace/messaging';
import type { Clock } from '../clock.js';
import type { ScopeBase } from '../engine/scope.js';
import type { ContextOfFiles } from '../files/execution-files.js';
import type { ResultSealing } from '../secrets/result-sealing.js';
import type { StepProgram, WorkflowProgram } from '../steps/step-program.js';
import type { ChildExecutions } from './child-executions.js';
import type { Heeding } from './journal-subject.js';
import type { AppendEntry } from './journal-writer.js';
import type { TextFollowers } from '../live/text-followers.js';
import type { MemoryLedger } from './memory-ledger.js';
import type { NameHints } from './name-hints.js';
import type { RunMetrics } from './metrics.js';

/** What one run of one execution works with. */
export interface RunContext extends ContextOfFiles {
  /** Whose execution it is; absent where nothing is noted of what it uses. */
  readonly workflowId?: string;
  /** What its caller has named it. */
  readonly label?: string | undefined;
  /** ISO time of its `started` event: what its timeout counts from. */
  readonly startedAt: string;
  /** Of the execution's `started` event; what random numbers are derived from. Undefined in executions that older executors began. */
  readonly seed: string | undefined;
  readonly program: Pick<WorkflowProgram, 'plan' | 'output' | 'retryIf' | 'reachesOutside' | 'memoryBytes'> &
    Partial<Pick<WorkflowProgram, 'standIn'>> & {
      step(step: Parameters<WorkflowProgram['step']>[0]): StepProgram;
    };
  /** Seals the results of steps with `secrets_in_output`; null when the version has none. */
  readonly sealing: Pick<ResultSealing, 'seal' | 'opened'> | null;
  /** What every step can read. */
  readonly scope: ScopeBase;
  /** For failures by a name that there is not; absent when everything is there that the version names. */
  readonly names?: Pick<NameHints, 'told'>;
  /** As {@link AppendEntry}; what others have written meanwhile is passed on, and followed. */
  readonly append: (...entry: [...Parameters<AppendEntry>, heeding: Heeding]) => Promise<void>;
  /** The executions that its steps start; absent where none may. */
  readonly children?: ChildExecutions;
  /** Who gets what its models write; absent where nobody does. */
  readonly texts?: Pick<TextFollowers, 'of' | 'tell'>;
  /** Wakes the execution once it is suspended; resolves with whether it is to be waited for. Absent where nobody could. */
  readonly wakeSuspended?: () => Promise<boolean>;
  /** Somebody waits for its end, and gets it. */
  readonly isAwaited?: boolean;
  /** When it fails, its workflow's `on_failure_workflow` starts. */
  readonly startsOnFailure?: boolean;
  readonly clock: Clock;
  /** 0 … 1, for the jitter of retries. */
  readonly random: () => number;
  /** Bytes that the execution may hold; `LIMITS.executionBytes` by default. */
  readonly limitBytes?: number;
  /** What the process's executions hold together. */
  readonly memory: MemoryLedger;
  readonly metrics: RunMetrics;
  /** The run in its trace; absent where none is followed. */
  readonly span?: Span | undefined;
  /** Called with errors that are no failures of the workflow but defects of a step handler. */
  readonly onDefect: (fields: object, message: string) => void;
}
