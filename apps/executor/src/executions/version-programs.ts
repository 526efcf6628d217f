import { AppError, isTest, VersionSnapshot, type RunRequest } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import { InvalidWorkflowError, planWorkflow } from '@millrace/schema';
import { LRUCache } from 'lru-cache';
import type { SomeStepHandlers } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { TestProgram } from '../steps/test-program.js';
import type { Started } from './started-event.js';

const MOST_PROGRAMS = 2_000;
/** Of all that are kept, in bytes. What is used by an execution counts there as well (`MemoryLedger`). */
const LARGEST_TOTAL = 128 * 1024 * 1024;

/** Which version, and whose. */
type VersionOf = Pick<RunRequest, 'organisation_id' | 'workflow_id' | 'version'>;

/** Workflow versions ready to run. A version never changes, so one that was read once needs no snapshot any more. */
export class VersionPrograms {
  readonly #programs = new LRUCache<string, WorkflowProgram>({ max: MOST_PROGRAMS, maxSize: LARGEST_TOTAL });

  constructor(
    private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly handlers: SomeStepHandlers,
  ) {}

  /** The program if it is in memory. */
  peek(request: VersionOf): WorkflowProgram | undefined {
    return this.#programs.get(keyOf(request));
  }

  /**
   * Reads and plans a version. Throws AppError VERSION_NOT_FOUND when there is no such snapshot or it is another
   * organisation's, EXECUTION_FAILED when its document cannot be planned, SERVICE_UNAVAILABLE.
   */
  async get(request: VersionOf): Promise<WorkflowProgram> {
    const cached = this.peek(request);
    if (cached !== undefined) return cached;
    const { workflow_id, version } = request;
    const snapshot = await this.bus.snapshots.get(VersionSnapshot, { workflow_id, version });
    if (snapshot === null || snapshot.organisation_id !== request.organisation_id) {
      throw new AppError('VERSION_NOT_FOUND', {
        message: `Version ${version} of workflow ${workflow_id} is not published; save the workflow again, then start a new execution`,
        details: { workflow_id, version },
      });
    }
    const { document, name } = snapshot;
    const plan = planOf(document, workflow_id, version);
    const program = new WorkflowProgram(plan, name, this.handlers, document.length);
    this.#programs.set(keyOf(request), program, { size: program.memoryBytes + 1 });
    return program;
  }

  /**
   * The program of an execution that only tries something, by that of the version that it was started with; of any other that program itself.
   * Throws AppError EXECUTION_FAILED when its document cannot be planned.
   */
  tested(base: WorkflowProgram, started: Pick<Started, 'trigger' | 'test'>, request: RunRequest): WorkflowProgram {
    const { trigger, test = {} } = started;
    if (!isTest(trigger)) return base;
    const { document } = test;
    const plan = document === undefined ? base.plan : planOf(document, request.workflow_id, request.version);
    return new TestProgram(plan, base.name, this.handlers, test, document?.length ?? base.length);
  }
}

function planOf(document: string, workflowId: string, version: number): WorkflowProgram['plan'] {
  try {
    return planWorkflow(parseJson(document));
  } catch (error) {
    const issues = error instanceof InvalidWorkflowError ? error.problems.slice(0, 20) : undefined;
    throw new AppError('EXECUTION_FAILED', {
      message: `Version ${version} of workflow ${workflowId} cannot be run: ${error instanceof Error ? error.message : String(error)}`,
      details: { workflow_id: workflowId, version, ...(issues === undefined ? {} : { issues }) },
      cause: error,
    });
  }
}

/** The organisation is part of it: a request can only find what its own organisation has read. */
function keyOf({ organisation_id, workflow_id, version }: VersionOf): string {
  return `${organisation_id}/${workflow_id}/${version}`;
}
