import { Inject, Injectable } from '@nestjs/common';
import type { WorkflowResource } from '@millrace/contracts';
import type { ResourceState } from '../audit/audit-entry.schema.js';
import { workflowState } from '../audit/resource-state.js';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { Triggers } from '../triggers/triggers.js';
import { toResource } from './resource.js';
import { VersionStore } from './version-store.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import type { WorkflowRecord } from './workflow.schema.js';
import { workflowNotFound } from './workflows.errors.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** Workflows as they are now, and as the API returns them. */
@Injectable()
export class WorkflowReader {
  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly workflows: WorkflowsRepository,
    private readonly versions: VersionStore,
    private readonly triggers: Triggers,
  ) {}

  /** A live workflow of the organisation. Throws WORKFLOW_NOT_FOUND. */
  async found(organisationId: string, workflowId: string): Promise<WorkflowRecord> {
    const workflow = await this.workflows.find(organisationId, workflowId);
    if (!workflow) throw workflowNotFound(workflowId);
    return workflow;
  }

  /** A workflow of the organisation that is live, or was deleted and is not forgotten yet. Throws WORKFLOW_NOT_FOUND. */
  async foundWithDeleted(organisationId: string, workflowId: string): Promise<WorkflowRecord> {
    const workflow = await this.workflows.findWithDeleted(organisationId, workflowId);
    if (!workflow) throw workflowNotFound(workflowId);
    return workflow;
  }

  /** The version that the workflow points at. */
  async currentVersion(workflow: WorkflowRecord): Promise<WorkflowVersionRecord> {
    const version = await this.versions.find(workflow.organisation_id, workflow._id, workflow.version);
    if (!version)
      throw new Error(`Version ${workflow.version} of workflow ${workflow._id} is missing from workflow_versions`);
    return version;
  }

  /** What the audit log keeps of it; null of a deleted one. */
  async state(workflow: WorkflowRecord): Promise<ResourceState | null> {
    if (workflow.deleted_at) return null;
    return workflowState(workflow, (await this.currentVersion(workflow)).document);
  }

  async resource(workflow: WorkflowRecord): Promise<WorkflowResource> {
    return this.presented(workflow, await this.currentVersion(workflow));
  }

  presented(workflow: WorkflowRecord, version: WorkflowVersionRecord): WorkflowResource {
    return toResource(workflow, version, this.triggers.presenter(workflow, this.config.MILLRACE_PUBLIC_URL));
  }
}
