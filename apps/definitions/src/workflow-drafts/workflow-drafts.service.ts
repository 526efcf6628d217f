import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { WorkflowDraft, WorkflowResource } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { noteChange } from '../audit/noted-change.js';
import { draftState } from '../audit/resource-state.js';
import { WorkflowBytes } from '../organisations/workflow-bytes.js';
import { hasMade } from '../persistence/noted-writes.js';
import { DocumentTexts } from '../workflows/document-texts.js';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import { mergeDocument } from '../workflows/merge.js';
import { NextVersion, type NextDocument } from '../workflows/next-version.js';
import { parseDocument } from '../workflows/stored-document.js';
import { WorkflowReader } from '../workflows/workflow-reader.js';
import { WorkflowWriter, type ChangeTarget } from '../workflows/workflow-writer.js';
import { problemsIn } from '../workflows/workflows.errors.js';
import { checkedDraft, type SentDraft } from './draft-content.js';
import type { WorkflowDraftRecord } from './workflow-draft.schema.js';
import { draftConflict, draftNotFound, draftOutdated, tooManyDraftWriters } from './workflow-drafts.errors.js';
import { WorkflowDraftsRepository, type DraftContent } from './workflow-drafts.repository.js';

/** Others may be faster so often. */
const ATTEMPTS = 20;

const NO_PINS = '{}';

/** A record that has a draft. */
type Draft = WorkflowDraftRecord & { readonly document: string };

/** The working copies of workflows. Every method throws WORKFLOW_NOT_FOUND; `ifVersion` of a target is of the draft: VERSION_CONFLICT. */
@Injectable()
export class WorkflowDraftsService {
  constructor(
    private readonly drafts: WorkflowDraftsRepository,
    private readonly bytes: WorkflowBytes,
    private readonly reader: WorkflowReader,
    private readonly writer: WorkflowWriter,
    private readonly texts: DocumentTexts,
    private readonly next: NextVersion,
  ) {}

  /** Throws DRAFT_NOT_FOUND. */
  async get(organisationId: string, workflowId: string): Promise<WorkflowDraft> {
    return toResource(await this.#found({ organisationId, workflowId }));
  }

  /** The document of a draft as YAML: the text that it is written as, if it is one. Throws DRAFT_NOT_FOUND, SERVICE_UNAVAILABLE. */
  async text(organisationId: string, workflowId: string): Promise<{ version: number; text: string }> {
    const { version, source, document } = await this.#found({ organisationId, workflowId });
    return { version, text: source ?? (await this.texts.written(organisationId, parseDocument(document))) };
  }

  /**
   * Stores a draft, valid or not. One that is a text alone keeps what the draft is based on, at first the version that there is now. Throws
   * INVALID_INPUT for what is no document at all, QUOTA_EXCEEDED.
   */
  async put(target: ChangeTarget, sent: SentDraft, tokenId: string | undefined): Promise<WorkflowDraft> {
    const { organisationId, workflowId } = target;
    const isText = sent.document === undefined && typeof sent.source === 'string';
    const read = isText ? await this.texts.read(organisationId, { source: sent.source ?? undefined }) : sent;
    const checked = checkedDraft({ document: read.document, pins: sent.pins });
    const workflow = await this.reader.found(organisationId, workflowId);
    const document = stringifyJson(checked.document);
    const source = sent.source ?? null;
    const pins = checked.pins && stringifyJson(checked.pins);
    const written = await this.#write(target, (before) => {
      const kept = pins ?? before?.pins ?? NO_PINS;
      return {
        document,
        source,
        pins: kept,
        based_on: isText ? (hasDraft(before) ? before.based_on : workflow.version) : (sent.based_on ?? null),
        bytes: [document, source ?? '', kept].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
        updated_by: tokenId ?? null,
      };
    });
    return toResource({ ...written, document });
  }

  /** Throws the draft away, pins included. Throws DRAFT_NOT_FOUND. */
  async delete(target: ChangeTarget): Promise<{ workflow_id: string; deleted: true }> {
    await this.#found(target);
    await this.#write(target, (before) => {
      if (before === null || before.document === null) throw draftNotFound(target.workflowId);
      return { ...nothing(NO_PINS), updated_by: before.updated_by };
    });
    return { workflow_id: target.workflowId, deleted: true };
  }

  /**
   * Makes the document the next version of the workflow, and takes the draft away; its pins stay for the next one. Throws DRAFT_NOT_FOUND,
   * INVALID_INPUT with every problem, QUOTA_EXCEEDED, and VERSION_CONFLICT when the workflow is not at the version that the draft is based on.
   */
  async publish(
    target: ChangeTarget,
    {
      note,
      activate,
      tokenId,
    }: { note?: string | undefined; activate?: boolean | undefined; tokenId?: string | undefined },
  ): Promise<WorkflowResource> {
    const { organisationId, workflowId } = target;
    const before = await this.reader.found(organisationId, workflowId);
    if (hasMade(before)) return this.reader.resource(before);
    const draft = await this.#found(target);
    const document = mergeDocument({}, parseDocument(draft.document));
    const text = await this.#textOf(organisationId, draft, document);
    const written = await this.writer.change({ organisationId, workflowId }, async (workflow) => {
      const { version } = workflow;
      if (draft.based_on !== null && draft.based_on !== version)
        throw draftOutdated(workflowId, draft.based_on, version);
      const current = await this.reader.currentVersion(workflow);
      const status = activate === true ? 'active' : workflow.status;
      return this.next.write(workflow, current, { document, status, tokenId, note, ...text });
    });
    // A draft that was saved meanwhile stays.
    const { pins, updated_by } = draft;
    const content = { ...nothing(pins), updated_by };
    if (await this.drafts.write(target, draft.version, { ...content, created_at: draft.created_at }))
      await this.bytes.add(organisationId, content.bytes - draft.bytes);
    return this.reader.resource(written);
  }

  /** The text of a draft, if it says what the document says: what has been typed since may not be a document yet. */
  async #textOf(
    organisationId: string,
    { source }: Draft,
    document: JsonObject,
  ): Promise<Pick<NextDocument, 'source' | 'locate'>> {
    if (source === null) return {};
    try {
      const { document: read, locate } = await this.texts.read(organisationId, { source });
      return isObject(read) && isDeepStrictEqual(mergeDocument({}, read), document) ? { source, locate } : {};
    } catch (error) {
      if (problemsIn(error) === undefined) throw error;
      return {};
    }
  }

  async #found({ organisationId, workflowId, ifVersion }: ChangeTarget): Promise<Draft> {
    await this.reader.found(organisationId, workflowId);
    const record = await this.drafts.find(organisationId, workflowId);
    if (!hasDraft(record)) throw draftNotFound(workflowId);
    if (ifVersion !== undefined && ifVersion !== record.version)
      throw draftConflict(workflowId, ifVersion, record.version);
    return record;
  }

  /** Repeats a write on ever newer states until nobody else was faster. */
  async #write(
    target: ChangeTarget,
    contentOf: (before: WorkflowDraftRecord | null) => DraftContent,
  ): Promise<WorkflowDraftRecord> {
    const { organisationId, workflowId, ifVersion } = target;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await this.drafts.find(organisationId, workflowId);
      if (before && hasMade(before)) return before;
      const current = hasDraft(before) ? before.version : null;
      if (ifVersion !== undefined && ifVersion !== current) throw draftConflict(workflowId, ifVersion, current);
      const content = contentOf(before);
      const more = content.bytes - (before?.bytes ?? 0);
      if (more > 0) await this.bytes.require(organisationId, more);
      const created_at = hasDraft(before) ? before.created_at : new Date();
      const written = await this.drafts.write(target, before?.version ?? null, { ...content, created_at });
      if (!written) continue;
      noteChange(() => ({ before: draftState(before), after: draftState(written) }));
      await this.bytes.add(organisationId, more);
      return written;
    }
    throw tooManyDraftWriters(workflowId);
  }
}

function hasDraft(record: WorkflowDraftRecord | null): record is Draft {
  return record !== null && record.document !== null;
}

/** What is left when the draft has gone. */
function nothing(pins: string): Omit<DraftContent, 'updated_by'> {
  return { document: null, source: null, pins, based_on: null, bytes: Buffer.byteLength(pins) };
}

function toResource(draft: Draft): WorkflowDraft {
  return {
    workflow_id: draft._id,
    document: parseDocument(draft.document),
    source: draft.source,
    pins: parseDocument(draft.pins),
    based_on: draft.based_on,
    version: draft.version,
    created_at: draft.created_at.toISOString(),
    updated_at: draft.updated_at.toISOString(),
    updated_by: draft.updated_by,
  };
}
