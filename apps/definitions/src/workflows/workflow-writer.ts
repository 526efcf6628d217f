import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { noteChange } from '../audit/noted-change.js';
import { hasMade } from '../persistence/noted-writes.js';
import { WorkflowSnapshots } from '../snapshots/workflow-snapshots.js';
import { KeyedQueue, QueueFull } from './keyed-queue.js';
import { untoldAfter } from './untold-events.js';
import { WorkflowReader } from './workflow-reader.js';
import type { WorkflowRecord } from './workflow.schema.js';
import { tooManyWriters, versionConflict } from './workflows.errors.js';
import { WorkflowsRepository, type WorkflowChanges } from './workflows.repository.js';

/** How long a change tries to win against other changes of the same workflow. */
const CONTENTION_MS = 8_000;

/** How long somebody who has written a version gets to make the workflow point at it before he counts as dead. */
const VERSION_OWNER_MS = 250;

/** What a change makes of a workflow. `number-taken`: somebody else has written the next version. */
export type ChangeOutcome = WorkflowChanges | 'unchanged' | 'number-taken';

/** Which workflow is changed, and the version that it must be at, if any. */
export interface ChangeTarget {
  readonly organisationId: string;
  readonly workflowId: string;
  readonly ifVersion?: number | undefined;
}

/** Decides what a change makes of the workflow as it now is. */
type Change = (workflow: WorkflowRecord) => Promise<ChangeOutcome>;

/**
 * Changes workflows. There are no transactions: a version is written first, then the workflow points at it by
 * compare-and-set, then the snapshots are published. Until the second step nothing has happened; after it, the sweeper
 * completes what is missing.
 */
@Injectable()
export class WorkflowWriter {
  /** Writers in this process queue up; only those of other replicas meet in the compare-and-set. */
  readonly #writers = new KeyedQueue(LIMITS.savesPerOrganisation);

  constructor(
    private readonly workflows: WorkflowsRepository,
    private readonly reader: WorkflowReader,
    private readonly snapshots: WorkflowSnapshots,
  ) {}

  /**
   * Repeats a change on ever newer states until its compare-and-set wins, publishes the outcome and returns it. Throws
   * WORKFLOW_NOT_FOUND, VERSION_CONFLICT, and SERVICE_UNAVAILABLE when others change the workflow all the time.
   */
  async change(target: ChangeTarget, change: Change): Promise<WorkflowRecord> {
    const deadline = Date.now() + CONTENTION_MS;
    const { organisationId, workflowId } = target;
    try {
      return await this.#writers.run(`${organisationId}:${workflowId}`, () =>
        this.#changeBefore(deadline, target, change),
      );
    } catch (error) {
      throw error instanceof QueueFull ? tooManyWriters(workflowId) : error;
    }
  }

  async #changeBefore(
    deadline: number,
    { organisationId, workflowId, ifVersion }: ChangeTarget,
    change: Change,
  ): Promise<WorkflowRecord> {
    const stuck = { revision: -1, since: 0 };
    while (Date.now() < deadline) {
      const workflow = await this.reader.found(organisationId, workflowId);
      if (hasMade(workflow)) {
        await this.snapshots.publish(organisationId, workflowId);
        return workflow;
      }
      if (ifVersion !== undefined && ifVersion !== workflow.version)
        throw versionConflict(workflowId, ifVersion, workflow.version);
      const changes = await change(workflow);
      if (changes === 'unchanged') return workflow;
      if (changes !== 'number-taken') {
        const untold = untoldAfter(workflow, changes);
        const written = await this.workflows.compareAndSet(organisationId, workflowId, workflow.revision, {
          ...changes,
          ...(untold === undefined ? {} : { untold }),
        });
        if (written) {
          noteChange(async () => ({
            before: await this.reader.state(workflow),
            after: await this.reader.state(written),
          }));
          await this.snapshots.publish(organisationId, workflowId);
          return written;
        }
      } else if (stuck.revision !== workflow.revision) {
        Object.assign(stuck, { revision: workflow.revision, since: Date.now() });
      } else if (Date.now() - stuck.since > VERSION_OWNER_MS) {
        // The writer of that version has died before the workflow pointed at it, or is shut out by this.
        await this.workflows.fence(organisationId, workflowId, workflow.revision);
      }
      await sleep(Math.random() * 20);
    }
    throw tooManyWriters(workflowId);
  }
}
