import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';

/** How long a change, or the sweep, waits for what it announces. */
const PATIENCE_MS = 2_000;

/** After a failure the time in which nothing is announced, so that no other change waits for the same failure. */
const PAUSE_MS = 5_000;

/** Notifies subscribers of what has happened to workflows. */
@Injectable()
export class WorkflowEvents {
  #pausedUntil = 0;

  constructor(
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * Returns whether all is announced, after some 2 s at most. That it is not must not fail the change, which has taken place; may be called again
   * for the same record.
   */
  async tell({ _id, organisation_id, name, untold = [] }: WorkflowRecord): Promise<boolean> {
    const began = performance.now();
    if (untold.length > 0 && began < this.#pausedUntil) return false;
    try {
      for (const { type, at, version } of untold) {
        if (performance.now() - began > PATIENCE_MS) return false;
        await this.teller.tellSoon({
          organisationId: organisation_id,
          type,
          at: at.toISOString(),
          workflowId: _id,
          source: [_id, String(version)],
          data: { workflow_id: _id, version, name },
        });
      }
      return true;
    } catch (error) {
      this.#pausedUntil = performance.now() + PAUSE_MS;
      this.logger.warn(
        { err: error, workflowId: _id },
        'Subscribers are notified later of what has happened to a workflow',
      );
      return false;
    }
  }
}
