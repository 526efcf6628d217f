import { Injectable } from '@nestjs/common';
import type { Locate, WorkflowStatus } from '@millrace/schema';
import { Triggers } from '../triggers/triggers.js';
import { DocumentChecks } from './document-checks.js';
import type { JsonObject } from './json-object.js';
import { documentText, parseDocument, withoutServerFields } from './stored-document.js';
import { documentFields, versionRecord, type VersionRemarks } from './version-record.js';
import { VersionStore } from './version-store.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import type { ChangeOutcome } from './workflow-writer.js';
import type { WorkflowRecord } from './workflow.schema.js';

/** What a workflow is to say next. */
export interface NextDocument extends VersionRemarks {
  readonly document: JsonObject;
  readonly status: WorkflowStatus;
  /** Finds the places of problems in the text that it was read from, if it was one. */
  readonly locate?: Locate | undefined;
}

/** Writes the version that a workflow is to point at next. */
@Injectable()
export class NextVersion {
  constructor(
    private readonly checks: DocumentChecks,
    private readonly triggers: Triggers,
    private readonly versions: VersionStore,
  ) {}

  /**
   * Checks a document and writes it as the next version, unless it is what `current` says already, in the same text if it has one. Throws INVALID_INPUT with every problem,
   * QUOTA_EXCEEDED.
   */
  async write(workflow: WorkflowRecord, current: WorkflowVersionRecord, next: NextDocument): Promise<ChangeOutcome> {
    const { status, tokenId, note, source } = next;
    const own = withoutServerFields(next.document, this.triggers);
    const text = documentText(own);
    // A change of status alone needs no valid document: whatever older rules let in can still be paused.
    const isSameText = source === undefined || source === current.source;
    if (text === current.document && isSameText)
      return status === workflow.status ? 'unchanged' : { status, status_since: new Date() };

    const { organisation_id, _id: workflowId } = workflow;
    const { document, warnings } = await this.checks.check(organisation_id, { ...own, status }, next.locate);
    const number = workflow.version + 1;
    const fields = documentFields(document, number);
    const version = versionRecord(workflow, { number, text, name: fields.name, warnings, tokenId, note, source });
    const former = { ...workflow, document: parseDocument(current.document) };
    const assigned = await this.triggers.assign(organisation_id, workflowId, document, former);
    if (!(await this.versions.write(version))) return 'number-taken';
    const since = status === workflow.status ? {} : { status_since: new Date() };
    return { ...fields, status, ...since, version: number, ...assigned };
  }
}
