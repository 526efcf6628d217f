import type { WorkflowResource, WorkflowSummary } from '@millrace/contracts';
import { isObject, type JsonObject } from './json-object.js';
import { parseDocument } from './stored-document.js';
import type { WorkflowRecord, WorkflowWebhook } from './workflow.schema.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';

/** The whole workflow as the API answers it; `publicUrl` is where webhook addresses lead. */
export function toResource(
  workflow: WorkflowRecord,
  version: WorkflowVersionRecord,
  publicUrl: string,
): WorkflowResource {
  const {
    name: _name,
    description: _description,
    trigger,
    triggers,
    variables,
    ...others
  } = parseDocument(version.document);
  const addresses = [...workflow.webhooks];
  const warnings = JSON.parse(version.warnings) as { path: string; message: string }[];
  return {
    id: workflow._id,
    name: version.name,
    description: workflow.description,
    status: workflow.status,
    ...(trigger === undefined ? {} : { trigger: withAddress(trigger, addresses, publicUrl) }),
    ...(Array.isArray(triggers) ? { triggers: triggers.map((each) => withAddress(each, addresses, publicUrl)) } : {}),
    ...others,
    variables: variables ?? {},
    version: workflow.version,
    created_at: workflow.created_at.toISOString(),
    updated_at: workflow.updated_at.toISOString(),
    // Executions are counted by history; whoever answers the user merges them in.
    execution_count: 0,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** A list entry. */
export function toSummary(workflow: Omit<WorkflowRecord, 'webhooks'>): WorkflowSummary {
  return {
    id: workflow._id,
    name: workflow.name,
    description: workflow.description,
    status: workflow.status,
    version: workflow.version,
    created_at: workflow.created_at.toISOString(),
    updated_at: workflow.updated_at.toISOString(),
    execution_count: 0,
  };
}

/** A webhook trigger tells its address; takes the next of `addresses`, which stand in the order of the webhook triggers. */
function withAddress(trigger: unknown, addresses: WorkflowWebhook[], publicUrl: string): unknown {
  if (!isObject(trigger) || trigger.type !== 'webhook') return trigger;
  const address = addresses.shift();
  if (!address) return trigger;
  const config: JsonObject = isObject(trigger.config) ? trigger.config : {};
  return { ...trigger, config: { ...config, url: `${publicUrl}/v1/webhooks/${address.webhook_id}` } };
}
