import { Inject, Injectable } from '@nestjs/common';
import type { WorkflowResource } from '@millrace/contracts';
import { noteChange } from '../audit/noted-change.js';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { WorkflowSnapshots } from '../snapshots/workflow-snapshots.js';
import { restorableSince } from './restorable.js';
import { WorkflowReader } from './workflow-reader.js';
import { WorkflowVersionsRepository } from './workflow-versions.repository.js';
import {
  deletedTooLongAgo,
  tooManySchedules,
  tooManyWorkflows,
  tooManyWriters,
  workflowNotFound,
} from './workflows.errors.js';
import type { WorkflowRecord } from './workflow.schema.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** Brings deleted workflows back. */
@Injectable()
export class WorkflowRestorer {
  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly workflows: WorkflowsRepository,
    private readonly versions: WorkflowVersionsRepository,
    private readonly reader: WorkflowReader,
    private readonly snapshots: WorkflowSnapshots,
  ) {}

  /**
   * Undoes a delete and returns once the workflow can be started anywhere; one that is not deleted stays as it is. Throws
   * WORKFLOW_NOT_FOUND, also when it was deleted too long ago, and QUOTA_EXCEEDED.
   */
  async restore(organisationId: string, workflowId: string): Promise<WorkflowResource> {
    const workflow = await this.workflows.findWithDeleted(organisationId, workflowId);
    if (!workflow) throw workflowNotFound(workflowId);
    if (workflow.deleted_at === null) return this.reader.resource(workflow);
    const { MILLRACE_VERSION_KEEP_DAYS: days, MILLRACE_WORKFLOWS_PER_ORGANISATION: limit } = this.config;
    // The pruner drains a version an hour after the delete at the earliest, and deletes it so many days after that: what
    // is brought back here has its current version.
    if (workflow.deleted_at < restorableSince(days, Date.now())) throw deletedTooLongAgo(workflowId, days);
    if (await this.workflows.hasAtLeast(organisationId, limit)) throw tooManyWorkflows(limit);
    await this.#requireRoomForSchedules(workflow);
    // Before it is live again, so that a crash leaves no version of a live workflow that the pruner takes for a dead one's.
    await this.#unretire(organisationId, workflowId, workflow.version);
    const restored = await this.workflows.undelete(organisationId, workflowId, workflow.revision);
    if (!restored) {
      // Somebody else was faster: with the same outcome, as a rule.
      const live = await this.workflows.find(organisationId, workflowId);
      if (!live) throw tooManyWriters(workflowId);
      return this.reader.resource(live);
    }
    noteChange(async () => ({ before: null, after: await this.reader.state(restored) }));
    await this.snapshots.publish(organisationId, workflowId);
    // The pruner may have retired them meanwhile.
    await this.#unretire(organisationId, workflowId, workflow.version);
    return this.reader.resource(restored);
  }

  async #requireRoomForSchedules({ _id, organisation_id, schedules = [] }: WorkflowRecord): Promise<void> {
    if (schedules.length === 0) return;
    const { MILLRACE_SCHEDULES_PER_ORGANISATION: limit } = this.config;
    const others = await this.workflows.countSchedules(organisation_id, _id);
    if (others + schedules.length > limit) throw tooManySchedules(limit, others);
  }

  /** Those that can be started again. */
  #unretire(organisationId: string, workflowId: string, current: number): Promise<void> {
    const oldest = Math.max(1, current - this.config.MILLRACE_VERSIONS_PER_WORKFLOW + 1);
    return this.versions.restore(organisationId, workflowId, oldest);
  }
}
