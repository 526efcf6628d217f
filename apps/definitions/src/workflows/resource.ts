import type { WorkflowResource } from '@millrace/contracts';
import { parseDocument } from './stored-document.js';
import type { WorkflowRecord } from './workflow.schema.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';

/** The whole workflow as the API returns it; `present` gives its triggers, in their order, as users read them. */
export function toResource(
  workflow: WorkflowRecord,
  version: WorkflowVersionRecord,
  present: (trigger: unknown) => unknown,
): WorkflowResource {
  const {
    name: _name,
    description: _description,
    trigger,
    triggers,
    variables,
    ...others
  } = parseDocument(version.document);
  const warnings = JSON.parse(version.warnings) as { path: string; message: string }[];
  return {
    id: workflow._id,
    name: version.name,
    description: workflow.description,
    status: workflow.status,
    ...(trigger === undefined ? {} : { trigger: present(trigger) }),
    ...(Array.isArray(triggers) ? { triggers: triggers.map(present) } : {}),
    ...others,
    variables: variables ?? {},
    version: workflow.version,
    created_at: workflow.created_at.toISOString(),
    updated_at: workflow.updated_at.toISOString(),
    // Executions are counted by history; the gateway merges them in.
    execution_count: 0,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
