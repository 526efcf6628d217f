import { dependenciesOf } from '@millrace/schema';
import { listFields, type ListedDocument, type ListFields } from '../workflow-lists/list-fields.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';
import { isObject } from './json-object.js';
import { versionId } from './workflow-versions.repository.js';
import type { WorkflowRecord } from './workflow.schema.js';

/** What is said of a version beside its document. */
export interface VersionRemarks {
  /** The id of the API token that makes it, where it is known. */
  readonly tokenId?: string | undefined;
  readonly note?: string | undefined;
  /** The text that the document was sent as, if it was one: kept with the version. */
  readonly source?: string | undefined;
}

/** What a version consists of. */
interface VersionContent extends VersionRemarks {
  readonly number: number;
  readonly text: string;
  readonly name: string;
  readonly warnings: readonly unknown[];
}

/** A version of the workflow, made at its present revision. */
export function versionRecord(workflow: WorkflowRecord, content: VersionContent): WorkflowVersionRecord {
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
    created_by: content.tokenId ?? null,
    note: content.note ?? null,
    source: content.source ?? null,
    bytes: Buffer.byteLength(content.text) + Buffer.byteLength(content.source ?? ''),
    retired: false,
    retired_at: null,
    drained_at: null,
  };
}

/** The fields of a workflow that are taken from the document of its version: what lists need, and what uses a secret. */
export function documentFields(
  document: ListedDocument & { readonly settings?: unknown },
  version: number,
): ListFields & Pick<WorkflowRecord, 'name' | 'description' | 'secrets' | 'is_tool'> {
  return {
    name: document.name.trim(),
    description: typeof document.description === 'string' ? document.description : null,
    secrets: [...dependenciesOf(document).secrets],
    is_tool: isObject(document.settings) && document.settings['tool'] !== undefined,
    ...listFields(document, version),
  };
}
