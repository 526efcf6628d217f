import { Inject, Injectable } from '@nestjs/common';
import { idOfWrite, keyedWrite } from '@millrace/service-kit/keyed-write';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Locate } from '@millrace/schema';
import { noteChange } from '../audit/noted-change.js';
import { workflowState } from '../audit/resource-state.js';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { WorkflowSnapshots } from '../snapshots/workflow-snapshots.js';
import { Triggers } from '../triggers/triggers.js';
import { checkedSize } from './document-check.js';
import { DocumentChecks } from './document-checks.js';
import { isObject } from './json-object.js';
import { mergeDocument } from './merge.js';
import { documentText, withoutServerFields } from './stored-document.js';
import { documentFields, versionRecord, type VersionRemarks } from './version-record.js';
import { VersionStore } from './version-store.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import { noTriggerFields, type WorkflowRecord } from './workflow.schema.js';
import { tooManyWorkflows } from './workflows.errors.js';
import { WorkflowsRepository } from './workflows.repository.js';

/** Makes new workflows. */
@Injectable()
export class WorkflowCreator {
  constructor(
    @Inject(CONFIG) private readonly config: DefinitionsConfig,
    private readonly workflows: WorkflowsRepository,
    private readonly versions: VersionStore,
    private readonly triggers: Triggers,
    private readonly snapshots: WorkflowSnapshots,
    private readonly checks: DocumentChecks,
  ) {}

  /** Stores a new workflow and returns once it can be started anywhere. Throws INVALID_INPUT with all problems, QUOTA_EXCEEDED. */
  async create(
    organisationId: string,
    sent: unknown,
    { locate, ...remarks }: VersionRemarks & { readonly locate?: Locate | undefined },
  ): Promise<{ workflow: WorkflowRecord; version: WorkflowVersionRecord }> {
    checkedSize(sent);
    const id = idOfWrite('workflow');
    const before = keyedWrite() && (await this.#made(organisationId, id));
    if (before) return before;
    const limit = this.config.MILLRACE_WORKFLOWS_PER_ORGANISATION;
    if (await this.workflows.hasAtLeast(organisationId, limit)) throw tooManyWorkflows(limit);
    const { document, status, warnings } = await this.checks.check(
      organisationId,
      isObject(sent) ? withoutServerFields(mergeDocument({}, sent), this.triggers) : sent,
      locate,
    );
    const now = new Date();
    const workflow: WorkflowRecord = {
      _id: id,
      organisation_id: organisationId,
      ...documentFields(document, 1),
      status,
      version: 1,
      revision: 1,
      ...noTriggerFields(),
      created_at: now,
      updated_at: now,
      deleted_at: null,
      snapshot_pending: true,
      untold: [{ type: 'workflow.published', at: now, version: 1 }],
    };
    const content = { number: 1, text: documentText(document), name: workflow.name, warnings };
    const version = versionRecord(workflow, { ...content, ...remarks });
    Object.assign(workflow, await this.triggers.assign(organisationId, workflow._id, document, null));
    await this.versions.write(version);
    try {
      await this.workflows.insert(workflow);
    } catch (error) {
      const made = isDuplicateKey(error) ? await this.#made(organisationId, id) : null;
      if (made) return made;
      throw error;
    }
    noteChange(() => ({ before: null, after: workflowState(workflow, version.document) }));
    await this.snapshots.publish(organisationId, workflow._id);
    return { workflow, version };
  }
  /** What an earlier attempt of the same write has made, or null. */
  async #made(
    organisationId: string,
    id: string,
  ): Promise<{ workflow: WorkflowRecord; version: WorkflowVersionRecord } | null> {
    const workflow = await this.workflows.findWithDeleted(organisationId, id);
    const version = workflow && (await this.versions.find(organisationId, id, workflow.version));
    if (!workflow || !version) return null;
    await this.snapshots.publish(organisationId, id);
    return { workflow, version };
  }
}
