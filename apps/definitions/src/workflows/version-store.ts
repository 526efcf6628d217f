import { Injectable } from '@nestjs/common';
import { WorkflowBytes } from '../organisations/workflow-bytes.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import { WorkflowVersionsRepository } from './workflow-versions.repository.js';

/** The versions of workflows, and what is counted of them. */
@Injectable()
export class VersionStore {
  constructor(
    private readonly versions: WorkflowVersionsRepository,
    private readonly bytes: WorkflowBytes,
  ) {}

  /** False when somebody else has written that number. Throws QUOTA_EXCEEDED. */
  async write(version: WorkflowVersionRecord): Promise<boolean> {
    const { organisation_id, bytes } = version;
    await this.bytes.require(organisation_id, bytes);
    if (!(await this.versions.write(version))) return false;
    await this.bytes.add(organisation_id, bytes);
    return true;
  }

  /** The version of that number, or null. */
  find(organisationId: string, workflowId: string, version: number): Promise<WorkflowVersionRecord | null> {
    return this.versions.find(organisationId, workflowId, version);
  }
}
