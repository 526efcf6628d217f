import { Inject, Injectable } from '@nestjs/common';
import { JournalEntry, RunRequested, type JournalBatch, type RunRequest } from '@millrace/contracts';
import {
  BUS,
  isUnreadable,
  PayloadMissingError,
  PayloadTooLargeError,
  TerminalError,
  type Bus,
  type GivenUp,
} from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { RecordedWorkflowsRepository, UNKNOWN_WORKFLOW } from '../counts/recorded-workflows.repository.js';
import { ExecutionsRepository } from './executions.repository.js';
import { projectedExecutions } from './projection.metrics.js';
import { ProjectionService } from './projection.service.js';
import { salvage } from './salvage.js';

/** Leaves word in the records of executions of which an entry becomes a dead letter. */
@Injectable()
export class GivenUpService {
  constructor(
    private readonly executions: ExecutionsRepository,
    private readonly projection: ProjectionService,
    private readonly workflows: RecordedWorkflowsRepository,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Writes what can be saved of an entry, and that the rest is missing. Of what cannot even be read only that: when it was the
   * execution's last entry and nothing runs it any more, it ended there, and has failed as far as can be known.
   * Throws when MongoDB or NATS is away: then it is to be done again.
   */
  async record(given: GivenUp, signal: AbortSignal): Promise<void> {
    const [, , organisationId = '', executionId = ''] = given.subject.split('.');
    this.logger.error(
      { executionId, organisationId, sequence: given.sequence, reason: given.reason },
      'A journal entry could not be written as it is; the history of its execution is incomplete',
    );
    projectedExecutions.inc({ outcome: 'given_up' });
    const saved = await this.#read(given);
    const projected = saved !== null && (await this.#project(saved, given, signal));
    await this.#mark(organisationId, executionId, given);
    if (!projected) await this.#endIfOver(organisationId, executionId, given);
  }

  async #read(given: GivenUp): Promise<JournalBatch | null> {
    try {
      const bytes = await given.read();
      return bytes && salvage(bytes);
    } catch (error) {
      if (error instanceof PayloadMissingError || error instanceof PayloadTooLargeError) return null;
      throw error;
    }
  }

  async #project(payload: JournalBatch, given: GivenUp, signal: AbortSignal): Promise<boolean> {
    const { sequence, subject, storedAt } = given;
    try {
      await this.projection.project([{ payload, sequence, subject, storedAt, deliveryCount: 1 }], { signal });
      return true;
    } catch (error) {
      if (error instanceof TerminalError) return false;
      throw error;
    }
  }

  async #mark(organisationId: string, executionId: string, { sequence, storedAt }: GivenUp): Promise<void> {
    if (await this.executions.markMissing(executionId, sequence)) return;
    // Its beginning is not stored, and cannot be read.
    const accepted = await this.#accepted(organisationId, executionId);
    if (accepted === null) await this.workflows.noteUnknown(organisationId);
    await this.executions.insert([
      {
        _id: executionId,
        org: organisationId,
        wf: accepted?.workflow_id ?? UNKNOWN_WORKFLOW,
        version: accepted?.version ?? 0,
        status: 'running',
        trigger_type: accepted?.trigger.type ?? 'unknown',
        started_at: new Date(accepted?.accepted_at ?? storedAt),
        completed_at: null,
        error_code: null,
        error_message: null,
        seq: 0,
        inline_seq: 0,
      },
    ]);
    await this.executions.markMissing(executionId, sequence);
  }

  /** What the request to run says, if it is still there and can be read. */
  async #accepted(organisation_id: string, execution_id: string): Promise<RunRequest | null> {
    try {
      return (await this.bus.lastOnSubject(RunRequested, { organisation_id, execution_id }))?.payload ?? null;
    } catch (error) {
      if (isUnreadable(error)) return null;
      throw error;
    }
  }

  async #endIfOver(organisation_id: string, execution_id: string, given: GivenUp): Promise<void> {
    const address = { organisation_id, execution_id };
    if ((await this.bus.lastSequence(JournalEntry, address)) > given.sequence) return;
    if ((await this.bus.lastSequence(RunRequested, address, { confirmNone: true })) > 0) return;
    await this.executions.presumeFailed(execution_id, new Date(given.storedAt));
  }
}
