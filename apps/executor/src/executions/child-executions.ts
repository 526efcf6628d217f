import {
  AppError,
  CancelExecution,
  isEnd,
  isTest,
  JournalEntry,
  LIMITS,
  toldTrigger,
  type ChildExecution,
  type EndEvent,
  type JournalBatch,
  type KnownTrigger,
  type RunRequest,
} from '@millrace/contracts';
import { Gate, type Bus } from '@millrace/messaging';
import type { WorkflowTool } from '@millrace/schema';
import { readRecordedState, unlessYoung, type ExecutionPlace } from '@millrace/service-kit/recorded-state';
import { admitStart, startAdmitted } from '@millrace/service-kit/start-execution';
import type { StartQuota } from '@millrace/service-kit/storage-quota';
import { StepFailure } from '../steps/step-failure.js';
import { pause, type Clock } from '../clock.js';
import type { VersionPrograms } from './version-programs.js';

/** Results of children, which may be large, that one process reads at the same time, of organisations in turn. */
const MOST_READERS = 2;
/** A copy of the journal may be late: so often it is looked for an end that is known to be there. */
const LOOKS = 20;
const LOOK_INTERVAL_MS = 50;

/** Where in its parent a child is started. */
export interface ChildPlace {
  readonly path: string;
  /** When it is accepted, ISO 8601: the start of the step's attempt. */
  readonly at: string;
}

/** Which execution starts others. */
type Parent = Pick<RunRequest, 'organisation_id' | 'execution_id' | 'trigger' | 'request_id'>;

/** How one execution has to do with those that its steps start. */
export interface ChildExecutions {
  /** Whether a workflow may be started, and as which version. Throws AppError, StepFailure. */
  admit(workflowId: string, awaited: boolean, path: string): Promise<number>;
  /** What models get about a version that was admitted; null when they may not use it. Throws AppError. */
  toolOf(workflowId: string, version: number): Promise<WorkflowTool | null>;
  /** Starts what was admitted; starting it again is starting it once. Throws STORAGE_FULL, SERVICE_UNAVAILABLE. */
  start(child: ChildExecution, place: ChildPlace, input: unknown): Promise<void>;
  /** How one that has ended has ended; null when that is not kept any more. Throws SERVICE_UNAVAILABLE. */
  endOf(executionId: string): Promise<EndEvent | null>;
  /** Has one cancelled; one that has ended stays as it is. Throws SERVICE_UNAVAILABLE. */
  cancel(executionId: string): Promise<void>;
}

/** The executions that steps start, for all executions that this process runs. */
export class ChildStarts {
  readonly #readers = new Gate(MOST_READERS, MOST_READERS);

  constructor(
    private readonly bus: Pick<Bus, 'publish' | 'snapshots' | 'lastOnSubject' | 'request'>,
    private readonly quota: StartQuota,
    private readonly clock: Clock,
    private readonly programs: Pick<VersionPrograms, 'get'>,
  ) {}

  /** Those of one execution. */
  of(parent: Parent): ChildExecutions {
    const { organisation_id } = parent;
    const triggerOf = (path: string, awaited: boolean): KnownTrigger => childTrigger(parent, path, awaited);
    return {
      admit: async (workflow_id, awaited, path) => {
        const trigger = triggerOf(path, awaited);
        requireDepth(trigger);
        return admitStart(this.bus, this.quota, { trigger, workflow: { organisation_id, workflow_id } });
      },
      toolOf: async (workflow_id, version) =>
        (await this.programs.get({ organisation_id, workflow_id, version })).plan.tool,
      start: async ({ execution_id, workflow_id, version, awaited }, { path, at }, input) => {
        const start = {
          trigger: triggerOf(path, awaited),
          workflow: { organisation_id, workflow_id },
          input: () => input,
          id: execution_id,
          acceptedAt: at,
          requestId: parent.request_id,
        };
        await startAdmitted(this.bus, this.quota, start, version);
      },
      endOf: (executionId) => this.#endOf(organisation_id, executionId),
      cancel: (executionId) => cancelChild(this.bus, organisation_id, executionId),
    };
  }

  async #endOf(organisation_id: string, execution_id: string): Promise<EndEvent | null> {
    const release = await this.#readers.enter(organisation_id);
    try {
      for (let look = 1; look <= LOOKS; look++) {
        const latest = await this.bus.lastOnSubject(JournalEntry, { organisation_id, execution_id });
        const end = latest?.payload.events.find(isEnd);
        if (latest !== null && end !== undefined) return isWhole(latest.payload, end) ? end : null;
        // It was reported to have ended, and nothing is there: it did long ago.
        if (latest === null && look === LOOKS) return await this.#recordedEnd({ organisation_id, execution_id });
        await pause(this.clock, LOOK_INTERVAL_MS);
      }
      return null;
    } finally {
      release();
    }
  }

  async #recordedEnd(of: ExecutionPlace): Promise<EndEvent | null> {
    const state = await unlessYoung(of, () => readRecordedState(this.bus, of));
    return state?.latest.events.find(isEnd) ?? null;
  }
}

/** Has an execution cancelled that nobody waits for any more. */
export async function cancelChild(
  bus: Pick<Bus, 'request'>,
  organisation_id: string,
  execution_id: string,
): Promise<void> {
  try {
    const reason = 'The step that waited for it does not any more';
    await bus.request(CancelExecution, { organisation_id, execution_id, reason, steps: 'none' });
  } catch (error) {
    // It has ended, was never started, or cannot be read, and then ends by itself.
    if (!(error instanceof AppError) || error.entry.retryable) throw error;
  }
}

/** What of an end marker says how it came to that end: one of an earlier release has left out what it was. */
function isWhole({ end_marker }: JournalBatch, end: EndEvent): boolean {
  return end_marker !== true || end.type === 'cancelled' || end.linked === true;
}

function childTrigger(parent: Parent, step_path: string, awaited: boolean): KnownTrigger {
  const { execution_id, trigger } = parent;
  // One that is retried is as deep as it was.
  const told = toldTrigger(trigger);
  const depth = 1 + (told.type === 'workflow' ? (told.depth ?? 1) : 0);
  return {
    type: 'workflow',
    execution_id,
    step_path,
    ...(awaited ? { awaited } : {}),
    depth,
    ...(handlesFailure(trigger) ? { handles_failure: true } : {}),
    ...(isTest(trigger) ? { test: true } : {}),
  };
}

/** Whether a step of another execution waits for the end. */
export function isAwaited({ trigger }: Pick<RunRequest, 'trigger'>): boolean {
  return trigger.type === 'workflow' && trigger.awaited === true;
}

/** Whether it was started because another execution failed, or by one that was; or goes on from such a one. */
export function handlesFailure(trigger: RunRequest['trigger']): boolean {
  const told = toldTrigger(trigger);
  return told.type === 'failure' || (told.type === 'workflow' && told.handles_failure === true);
}

function requireDepth(trigger: KnownTrigger): void {
  const { subWorkflowDepth } = LIMITS;
  if (trigger.type !== 'workflow' || (trigger.depth ?? 1) <= subWorkflowDepth) return;
  throw new StepFailure(
    'SUB_WORKFLOW_TOO_DEEP',
    `Sub-workflows start each other at most ${subWorkflowDepth} deep; this one would be deeper`,
    { details: { limit: subWorkflowDepth } },
  );
}
