import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, newId, type WorkflowList, type WorkflowResource } from '@millrace/contracts';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { WorkflowSnapshots } from '../snapshots/workflow-snapshots.js';
import { Triggers } from '../triggers/triggers.js';
import { checkedSize, checkedStatus } from './document-check.js';
import { DocumentChecks } from './document-checks.js';
import { isObject } from './json-object.js';
import { VersionStore } from './version-store.js';
import { KeyedQueue, QueueFull } from './keyed-queue.js';
import { mergeDocument } from './merge.js';
import { toResource, toSummary } from './resource.js';
import { documentText, parseDocument, withoutServerFields } from './stored-document.js';
import { dependenciesOf, type WorkflowStatus } from '@millrace/schema';
import type { WorkflowRecord } from './workflow.schema.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import { versionId } from './workflow-versions.repository.js';
import {
  invalidWorkflow,
  tooManyWorkflows,
  tooManyWriters,
  versionConflict,
  workflowNotFound,
} from './workflows.errors.js';
import { WorkflowsRepository, type WorkflowChanges } from './workflows.repository.js';

/** How long a change tries to win against other changes of the same workflow. */
const CONTENTION_MS = 8_000;

/** How long somebody who has written a version gets to make the workflow point at it before he counts as dead. */
const VERSION_OWNER_MS = 250;

/** Decides what a change makes of the workflow as it now is. `number-taken`: somebody else has written the next version. */
type Change = (workflow: WorkflowRecord) => Promise<WorkflowChanges | 'unchanged' | 'number-taken'>;

/**
 * The rules of workflows and their versions. There are no transactions: a version is written first, then the workflow
 * points at it by compare-and-set, then the snapshots are published. Until the second step nothing has happened; after
 * it, the sweeper completes what is missing.
 */
@Injectable()
export class WorkflowsService {
  /** Writers in this process queue up; only those of other replicas meet in the compare-and-set. */
  private readonly writers = new KeyedQueue(LIMITS.savesPerOrganisation);

  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly workflows: WorkflowsRepository,
    private readonly versions: VersionStore,
    private readonly triggers: Triggers,
    private readonly snapshots: WorkflowSnapshots,
    private readonly checks: DocumentChecks,
  ) {}

  /** Stores a new workflow and returns once it can be started anywhere. Throws INVALID_INPUT with all problems, QUOTA_EXCEEDED. */
  async create(organisationId: string, sent: unknown): Promise<WorkflowResource> {
    checkedSize(sent);
    const limit = this.config.MILLRACE_WORKFLOWS_PER_ORGANISATION;
    if (await this.workflows.hasAtLeast(organisationId, limit)) throw tooManyWorkflows(limit);
    const { document, status, warnings } = await this.checks.check(
      organisationId,
      isObject(sent) ? withoutServerFields(mergeDocument({}, sent), this.triggers) : sent,
    );
    const now = new Date();
    const workflow: WorkflowRecord = {
      _id: newId('workflow'),
      organisation_id: organisationId,
      ...listedFields(document),
      ...readBy(document),
      status,
      version: 1,
      revision: 1,
      webhooks: [],
      created_at: now,
      updated_at: now,
      deleted_at: null,
      snapshot_pending: true,
    };
    const version = versionOf(workflow, { number: 1, text: documentText(document), name: workflow.name, warnings });
    Object.assign(workflow, await this.triggers.assign(organisationId, workflow._id, document, null));
    await this.versions.write(version);
    await this.workflows.insert(workflow);
    await this.snapshots.publish(organisationId, workflow._id);
    return this.presented(workflow, version);
  }

  /** Throws WORKFLOW_NOT_FOUND. */
  async get(organisationId: string, workflowId: string): Promise<WorkflowResource> {
    return this.resource(await this.found(organisationId, workflowId));
  }

  /** One page, newest first. */
  async list(
    organisationId: string,
    query: { page: number; per_page: number; status?: WorkflowStatus | undefined },
  ): Promise<WorkflowList> {
    const { page, status } = query;
    const per_page = Math.min(query.per_page, LIMITS.pageSize);
    const { records, total } = await this.workflows.page(organisationId, { page, perPage: per_page, status });
    return { workflows: records.map(toSummary), total, page, per_page };
  }

  /**
   * Merges `patch` into the current version. Makes a new version if the document is then another. Throws
   * WORKFLOW_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED, and VERSION_CONFLICT when `ifVersion` is not the current version.
   */
  async update(
    organisationId: string,
    workflowId: string,
    patch: unknown,
    ifVersion: number | undefined,
  ): Promise<WorkflowResource> {
    if (!isObject(patch))
      throw invalidWorkflow([{ path: '', message: 'the update must be a JSON object of the fields to change' }]);
    checkedSize(patch);
    const written = await this.untilWritten(organisationId, workflowId, ifVersion, async (workflow) => {
      const current = await this.currentVersion(workflow);
      const former = parseDocument(current.document);
      const merged = withoutServerFields(mergeDocument(former, patch), this.triggers);
      const status = Object.hasOwn(patch, 'status') ? checkedStatus(patch.status) : workflow.status;
      const text = documentText(merged);
      // A change of status alone needs no valid document: whatever older rules let in can still be paused.
      if (text === current.document) return status === workflow.status ? 'unchanged' : { status };

      const { document, warnings } = await this.checks.check(organisationId, { ...merged, status });
      const fields = listedFields(document);
      const version = versionOf(workflow, { number: workflow.version + 1, text, name: fields.name, warnings });
      const before = { ...workflow, document: former };
      const assigned = await this.triggers.assign(organisationId, workflowId, document, before);
      if (!(await this.versions.write(version))) return 'number-taken';
      return { ...fields, ...readBy(document), status, version: version.version, ...assigned };
    });
    return this.resource(written);
  }

  /** Throws WORKFLOW_NOT_FOUND, also the second time. */
  async delete(organisationId: string, workflowId: string): Promise<{ id: string; deleted: true }> {
    await this.untilWritten(organisationId, workflowId, undefined, async () => ({ deleted_at: new Date() }));
    return { id: workflowId, deleted: true };
  }

  /** Repeats a change on ever newer states until its compare-and-set wins, publishes the outcome and returns it. */
  private async untilWritten(
    organisationId: string,
    workflowId: string,
    ifVersion: number | undefined,
    change: Change,
  ): Promise<WorkflowRecord> {
    const deadline = Date.now() + CONTENTION_MS;
    try {
      return await this.writers.run(`${organisationId}:${workflowId}`, () =>
        this.writeBefore(deadline, organisationId, workflowId, ifVersion, change),
      );
    } catch (error) {
      throw error instanceof QueueFull ? tooManyWriters(workflowId) : error;
    }
  }

  private async writeBefore(
    deadline: number,
    organisationId: string,
    workflowId: string,
    ifVersion: number | undefined,
    change: Change,
  ): Promise<WorkflowRecord> {
    const stuck = { revision: -1, since: 0 };
    while (Date.now() < deadline) {
      const workflow = await this.found(organisationId, workflowId);
      if (ifVersion !== undefined && ifVersion !== workflow.version)
        throw versionConflict(workflowId, ifVersion, workflow.version);
      const changes = await change(workflow);
      if (changes === 'unchanged') return workflow;
      if (changes !== 'number-taken') {
        const written = await this.workflows.compareAndSet(organisationId, workflowId, workflow.revision, changes);
        if (written) {
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

  private async resource(workflow: WorkflowRecord): Promise<WorkflowResource> {
    return this.presented(workflow, await this.currentVersion(workflow));
  }

  private presented(workflow: WorkflowRecord, version: WorkflowVersionRecord): WorkflowResource {
    return toResource(workflow, version, this.triggers.presenter(workflow, this.config.MILLRACE_PUBLIC_URL));
  }

  private async found(organisationId: string, workflowId: string): Promise<WorkflowRecord> {
    const workflow = await this.workflows.find(organisationId, workflowId);
    if (!workflow) throw workflowNotFound(workflowId);
    return workflow;
  }

  private async currentVersion(workflow: WorkflowRecord): Promise<WorkflowVersionRecord> {
    const version = await this.versions.find(workflow.organisation_id, workflow._id, workflow.version);
    if (!version)
      throw new Error(`Version ${workflow.version} of workflow ${workflow._id} is missing from workflow_versions`);
    return version;
  }
}

/** The fields that lists show. */
function listedFields(document: { name: string; description?: unknown }): Pick<WorkflowRecord, 'name' | 'description'> {
  return {
    name: document.name.trim(),
    description: typeof document.description === 'string' ? document.description : null,
  };
}

/** What is known of a document beside it: by it the API tells what uses a secret. */
function readBy(document: object): Pick<WorkflowRecord, 'secrets'> {
  return { secrets: [...dependenciesOf(document).secrets] };
}

function versionOf(
  workflow: WorkflowRecord,
  content: { number: number; text: string; name: string; warnings: readonly unknown[] },
): WorkflowVersionRecord {
  return {
    _id: versionId(workflow._id, content.number),
    organisation_id: workflow.organisation_id,
    workflow_id: workflow._id,
    version: content.number,
    base_revision: workflow.revision,
    name: content.name,
    document: content.text,
    warnings: JSON.stringify(content.warnings),
    created_at: new Date(),
    bytes: Buffer.byteLength(content.text),
    retired: false,
    retired_at: null,
    drained_at: null,
  };
}
