import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { ZodError } from 'zod';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import type { WorkflowKey } from '../workflows/workflows.repository.js';
import { WorkflowSnapshots } from './workflow-snapshots.js';

/**
 * Publishes workflows one after another. One that cannot be published as it is stored, whatever is there, is logged and passed over: it keeps no
 * workflow of another organisation from being published, nor a service from starting. All methods return whether it was published, and throw SERVICE_UNAVAILABLE.
 */
@Injectable()
export class WorkflowPublisher {
  constructor(
    private readonly snapshots: WorkflowSnapshots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  publish(workflow: WorkflowKey): Promise<boolean> {
    return this.#unlessBroken(workflow, () => this.snapshots.publish(workflow.organisation_id, workflow._id));
  }

  /** Unless that is under way, or nothing differs. */
  async publishIfDifferent(workflow: WorkflowRecord): Promise<boolean> {
    if (workflow.snapshot_pending || (await this.snapshots.isPublished(workflow))) return false;
    return this.publish(workflow);
  }

  publishAllVersions(workflow: WorkflowRecord): Promise<boolean> {
    return this.#unlessBroken(workflow, () => this.snapshots.publishAllVersions(workflow));
  }

  async #unlessBroken({ organisation_id, _id }: WorkflowKey, publish: () => Promise<void>): Promise<boolean> {
    try {
      await publish();
      return true;
    } catch (error) {
      if (!(error instanceof ZodError)) throw error;
      this.logger.error(
        { err: error, organisationId: organisation_id, workflow: _id },
        'Passed over a workflow that cannot be published as it is stored; save it again',
      );
      return false;
    }
  }
}
