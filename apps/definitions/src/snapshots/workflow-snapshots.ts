import { Inject, Injectable } from '@nestjs/common';
import { ActiveSnapshot, VersionSnapshot, type ActiveSnapshotValue } from '@millrace/contracts';
import { BUS, PayloadMissingError, type Bus } from '@millrace/messaging';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { Triggers } from '../triggers/triggers.js';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import { WorkflowVersionsRepository } from '../workflows/workflow-versions.repository.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { WorkflowEvents } from './workflow-events.js';

/**
 * Makes the snapshots of a workflow say what the database says. They are a function of the stored state alone and may be
 * published any number of times, by anybody, at any time.
 */
@Injectable()
export class WorkflowSnapshots {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly workflows: WorkflowsRepository,
    private readonly versions: WorkflowVersionsRepository,
    private readonly triggers: Triggers,
    private readonly events: WorkflowEvents,
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_VERSIONS_PER_WORKFLOW'>,
  ) {}

  /**
   * Publishes the workflow as it is stored now and marks it as published. If it is written meanwhile, publishes again:
   * of two publishers that overtake each other, the one that ends last has then seen the last write. Throws
   * SERVICE_UNAVAILABLE while the database or NATS is away; the sweeper then does the rest, and notifies subscribers of what could not be announced.
   */
  async publish(organisationId: string, workflowId: string): Promise<void> {
    for (;;) {
      const workflow = await this.workflows.findWithDeleted(organisationId, workflowId);
      if (!workflow) return;
      await this.#put(workflow);
      const isTold = await this.events.tell(workflow);
      if (await this.workflows.markPublished(organisationId, workflowId, workflow.revision, isTold)) return;
    }
  }

  /** Notifies subscribers of what could not be announced when the workflow was published. Returns whether it can be now. Throws SERVICE_UNAVAILABLE. */
  async tellLate(organisationId: string, workflowId: string): Promise<boolean> {
    const workflow = await this.workflows.findWithDeleted(organisationId, workflowId);
    if (workflow === null) return true;
    if (!(await this.events.tell(workflow))) return false;
    await this.workflows.markTold(organisationId, workflowId, workflow.revision);
    return true;
  }

  /** Publishes every version that is kept of the workflow, for executions that are pinned to an old one or of a deleted one, and then the workflow itself. */
  async publishAllVersions(workflow: WorkflowRecord): Promise<void> {
    const { organisation_id, _id, version: current } = workflow;
    for (const version of await this.versions.numbers(organisation_id, _id)) {
      // The next one may be that of a writer that died.
      if (version <= current) await this.#putVersion(workflow, version);
    }
    await this.publish(workflow.organisation_id, workflow._id);
  }

  /** True when the published snapshots that decide what starts say what the database says. */
  async isPublished(workflow: WorkflowRecord): Promise<boolean> {
    const { snapshots } = this.bus;
    const active = await snapshots.get(ActiveSnapshot, { workflow_id: workflow._id });
    if (workflow.deleted_at) return active === null;
    if (active?.version !== workflow.version || active.status !== workflow.status) return false;
    if ((active.oldest_version ?? 1) !== this.#oldestVersion(workflow)) return false;
    if (!(await this.#hasVersion({ workflow_id: workflow._id, version: workflow.version }))) return false;
    return this.triggers.arePublished(workflow);
  }

  async #put(workflow: WorkflowRecord): Promise<void> {
    const { snapshots } = this.bus;
    const address = { workflow_id: workflow._id };
    if (workflow.deleted_at) {
      await snapshots.delete(ActiveSnapshot, address);
      await this.triggers.publish(workflow);
      return;
    }
    const value: ActiveSnapshotValue = {
      ...address,
      organisation_id: workflow.organisation_id,
      version: workflow.version,
      oldest_version: this.#oldestVersion(workflow),
      status: workflow.status,
    };
    const putActive = (): Promise<void> => snapshots.put(ActiveSnapshot, address, value);
    // A trigger that is due at once, and finds no workflow to start, does not come back to it.
    if (workflow.status === 'active' && (await snapshots.get(ActiveSnapshot, address))?.status !== 'active') {
      await this.#putVersion(workflow, workflow.version);
      await putActive();
      await this.triggers.publish(workflow);
      return;
    }
    // A service that sees a version to start can read it.
    await Promise.all([this.#putVersion(workflow, workflow.version), this.triggers.publish(workflow)]);
    await putActive();
  }

  /** The oldest one that may be started. */
  #oldestVersion({ version }: WorkflowRecord): number {
    return Math.max(1, version - this.config.MILLRACE_VERSIONS_PER_WORKFLOW + 1);
  }

  async #putVersion(workflow: WorkflowRecord, version: number): Promise<void> {
    const address = { workflow_id: workflow._id, version };
    // A version that was published is immutable, so there is nothing to write a second time.
    if (await this.#hasVersion(address)) return;
    const stored = await this.versions.find(workflow.organisation_id, workflow._id, version);
    if (!stored) {
      // Pruned meanwhile.
      if (version < this.#oldestVersion(workflow) || workflow.deleted_at) return;
      throw new Error(`Version ${version} of workflow ${workflow._id} is missing from workflow_versions`);
    }
    await this.bus.snapshots.put(VersionSnapshot, address, {
      ...address,
      organisation_id: workflow.organisation_id,
      name: stored.name,
      document: stored.document,
    });
  }

  async #hasVersion(address: { workflow_id: string; version: number }): Promise<boolean> {
    try {
      return (await this.bus.snapshots.get(VersionSnapshot, address)) !== null;
    } catch (error) {
      // The text of a large version lies in the object store; without it the snapshot is as good as none.
      if (error instanceof PayloadMissingError) return false;
      throw error;
    }
  }
}
