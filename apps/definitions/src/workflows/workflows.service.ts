import { Injectable } from '@nestjs/common';
import type { WorkflowResource } from '@millrace/contracts';
import { replaceMember, type Locate } from '@millrace/schema';
import { copyName } from './copy-name.js';
import { checkedSize, checkedStatus } from './document-check.js';
import { isObject, type JsonObject } from './json-object.js';
import { mergeDocument } from './merge.js';
import { mergePatched } from './merge-patch.js';
import { NextVersion } from './next-version.js';
import { parseDocument } from './stored-document.js';
import type { VersionRemarks } from './version-record.js';
import { partOfText, saysAllOf } from './written-part.js';
import { WorkflowCreator } from './workflow-creator.js';
import { WorkflowReader } from './workflow-reader.js';
import { WorkflowWriter, type ChangeTarget } from './workflow-writer.js';
import { invalidWorkflow } from './workflows.errors.js';

/** What is said of a change beside the document: with `locate` when that comes from a text. */
type Remarks = VersionRemarks & { readonly locate?: Locate | undefined };

/** The rules of workflows: what each call makes of one. */
@Injectable()
export class WorkflowsService {
  constructor(
    private readonly reader: WorkflowReader,
    private readonly creator: WorkflowCreator,
    private readonly writer: WorkflowWriter,
    private readonly next: NextVersion,
  ) {}

  /** Stores a new workflow and returns once it can be started anywhere. Throws INVALID_INPUT with all problems, QUOTA_EXCEEDED. */
  async create(organisationId: string, sent: unknown, remarks: Remarks = {}): Promise<WorkflowResource> {
    const { workflow, version } = await this.creator.create(organisationId, sent, remarks);
    return this.reader.presented(workflow, version);
  }

  /** Throws WORKFLOW_NOT_FOUND. */
  async get(organisationId: string, workflowId: string): Promise<WorkflowResource> {
    return this.reader.resource(await this.reader.found(organisationId, workflowId));
  }

  /**
   * Merges `patch` into the current version at the top level. Makes a new version if the document is then another. Throws
   * WORKFLOW_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED, and VERSION_CONFLICT when the workflow is not at `target.ifVersion`. The text of
   * the patch is kept with the version if it says all of the document.
   */
  update(target: ChangeTarget, patch: unknown, remarks: Remarks = {}): Promise<WorkflowResource> {
    return this.#change(target, { patch, merge: mergeDocument }, remarks);
  }

  /** As {@link update}, by a JSON Merge Patch (RFC 7396). */
  patch(target: ChangeTarget, patch: unknown, remarks: VersionRemarks = {}): Promise<WorkflowResource> {
    return this.#change(target, { patch, merge: mergePatched }, remarks);
  }

  async #change(
    target: ChangeTarget,
    { patch, merge }: { patch: unknown; merge: (document: JsonObject, patch: JsonObject) => JsonObject },
    { source, locate, ...remarks }: Remarks,
  ): Promise<WorkflowResource> {
    if (!isObject(patch))
      throw invalidWorkflow([{ path: '', message: 'the update must be a JSON object of the fields to change' }]);
    checkedSize(patch);
    const written = await this.writer.change(target, async (workflow) => {
      const current = await this.reader.currentVersion(workflow);
      const document = merge(parseDocument(current.document), patch);
      const status = Object.hasOwn(patch, 'status') ? checkedStatus(patch.status) : workflow.status;
      const text = { source: saysAllOf(document, patch) ? source : undefined, locate: partOfText(patch, locate) };
      return this.next.write(workflow, current, { document, status, ...remarks, ...text });
    });
    return this.reader.resource(written);
  }

  /**
   * Makes a new workflow of the current document: a draft, so that it is looked at before anything starts it, and with webhook
   * addresses of its own. Throws WORKFLOW_NOT_FOUND, INVALID_INPUT when the rules of today refuse the document, QUOTA_EXCEEDED.
   */
  async duplicate(organisationId: string, workflowId: string, remarks: VersionRemarks = {}): Promise<WorkflowResource> {
    const workflow = await this.reader.found(organisationId, workflowId);
    const { document, name, source } = await this.reader.currentVersion(workflow);
    const copy = { ...parseDocument(document), name: copyName(name), status: 'draft' };
    const text = typeof source === 'string' ? { source: replaceMember(source, 'name', copy.name) } : {};
    return this.create(organisationId, copy, { ...remarks, ...text });
  }

  /** Throws WORKFLOW_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(target: ChangeTarget): Promise<{ id: string; deleted: true }> {
    await this.writer.change(target, async () => ({ deleted_at: new Date() }));
    return { id: target.workflowId, deleted: true };
  }
}
