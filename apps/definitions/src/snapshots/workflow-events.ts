import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';

/** Tells subscribers what has happened to workflows. */
@Injectable()
export class WorkflowEvents {
  constructor(
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Returns whether all is told. That it is not must not fail the change, which has taken place; may be called again for the same record. */
  async tell({ _id, organisation_id, name, untold = [] }: WorkflowRecord): Promise<boolean> {
    try {
      for (const { type, at, version } of untold)
        await this.teller.tell({
          organisationId: organisation_id,
          type,
          at: at.toISOString(),
          workflowId: _id,
          source: [_id, String(version)],
          data: { workflow_id: _id, version, name },
        });
      return true;
    } catch (error) {
      this.logger.warn({ err: error, workflowId: _id }, 'Subscribers are told later what has happened to a workflow');
      return false;
    }
  }
}
