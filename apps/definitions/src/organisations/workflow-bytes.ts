import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { OrganisationsRepository } from './organisations.repository.js';

/**
 * Bounds the documents that are kept of an organisation. The count follows the documents: a process that dies between the two
 * leaves it one document too low or too high.
 */
@Injectable()
export class WorkflowBytes {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_WORKFLOW_BYTES_PER_ORGANISATION'>,
    private readonly organisations: OrganisationsRepository,
  ) {}

  /** Throws QUOTA_EXCEEDED when the organisation has no room for so many bytes more. */
  async require(organisationId: string, bytes: number): Promise<void> {
    const limit = this.config.MILLRACE_WORKFLOW_BYTES_PER_ORGANISATION;
    const kept = await this.organisations.workflowBytes(organisationId);
    if (kept + bytes <= limit) return;
    throw new AppError('QUOTA_EXCEEDED', {
      message: `The documents of the organisation's workflows, with their old versions, would take ${kept + bytes} bytes, and may take ${limit}. Delete workflows that are not needed: their room is free some weeks later. Or ask the operator of this installation to raise MILLRACE_WORKFLOW_BYTES_PER_ORGANISATION.`,
      details: { kind: 'workflow_bytes', limit_bytes: limit, stored_bytes: kept },
    });
  }

  /** Counts documents that were stored, or deleted (less than 0). */
  add(organisationId: string, bytes: number): Promise<void> {
    return this.organisations.addWorkflowBytes(organisationId, bytes);
  }
}
