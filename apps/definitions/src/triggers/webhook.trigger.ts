import { isDeepStrictEqual } from 'node:util';
import { WebhookSnapshot, type WebhookSnapshotValue } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { hasRespondingStep } from '@millrace/schema';
import type { WebhookEndpointsRepository } from '../webhook-endpoints/webhook-endpoints.repository.js';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import type { WorkflowRecord, WorkflowWebhook } from '../workflows/workflow.schema.js';
import { assignAddresses } from './address-assignment.js';
import type { ServedTriggerPlugin, TriggerChange, TriggerPlace } from './trigger-plugin.js';

const DEFAULT_METHOD = 'POST';

/** Where addresses are kept and published. */
export interface WebhookTriggerNeeds {
  readonly endpoints: Pick<WebhookEndpointsRepository, 'create' | 'idsOfWorkflow' | 'spareOfWorkflow'>;
  readonly snapshots: Pick<Bus['snapshots'], 'get' | 'put' | 'delete'>;
}

/** Each webhook trigger has an address, which survives edits and is shown in `config.url`. */
export function webhookTrigger(needs: WebhookTriggerNeeds): ServedTriggerPlugin {
  return {
    assign: (change) => assign(needs, change),
    present,
    withoutServerFields,
    listing: {
      filter: { 'webhooks.0': { $exists: true } },
      fields: { 'webhooks.webhook_id': 1, 'webhooks.method': 1 },
      list: ({ webhooks = [] }, { publicUrl }) =>
        Promise.resolve(
          webhooks.map(({ webhook_id: id, method }) => ({ webhook: { id, url: urlOf(publicUrl, id), method } })),
        ),
    },
    snapshots: {
      publish: (workflow) => publish(needs, workflow),
      arePublished: (workflow) => arePublished(needs, workflow),
    },
  };
}

/** New addresses are stored. */
async function assign(
  { endpoints }: WebhookTriggerNeeds,
  change: TriggerChange,
): Promise<{ webhooks: WorkflowWebhook[] }> {
  const { organisationId, workflowId, document, triggers, former } = change;
  if (triggers.length === 0) return { webhooks: [] };
  const addressed = (former?.fields.webhooks ?? []).map(({ webhook_id }, position) => ({
    text: JSON.stringify(former?.triggers[position]),
    webhookId: webhook_id,
  }));
  const spare = former ? await endpoints.spareOfWorkflow(organisationId, workflowId) : [];
  const assigned = assignAddresses(
    triggers.map((trigger) => JSON.stringify(trigger)),
    addressed,
    spare,
  );
  const missing = assigned.filter((webhookId) => webhookId === null).length;
  const fresh = await endpoints.create(organisationId, workflowId, missing);
  const before = new Map((former?.fields.webhooks ?? []).map((webhook) => [webhook.webhook_id, webhook.former]));
  const webhooks = triggers.map((trigger, position) => {
    // As many are fresh as are null, so there is one for each.
    const webhook_id = assigned[position] ?? fresh.shift();
    if (webhook_id === undefined) throw new Error('There are fewer new addresses than triggers without one');
    const kept = before.get(webhook_id);
    return {
      webhook_id,
      method: methodOf(trigger),
      required_headers: headersOf(trigger),
      checks: checksOf(trigger, document),
      ...(kept === undefined ? {} : { former: kept }),
    };
  });
  return { webhooks };
}

function methodOf(trigger: JsonObject): string {
  const method = isObject(trigger.config) ? trigger.config.method : undefined;
  return typeof method === 'string' ? method.toUpperCase() : DEFAULT_METHOD;
}

function headersOf(trigger: JsonObject): string | null {
  const headers = isObject(trigger.config) ? trigger.config.headers : undefined;
  return isObject(headers) && Object.keys(headers).length > 0 ? JSON.stringify(textsOf(headers)) : null;
}

/** A header is text, however its value is written in the document. */
function textsOf(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Fields of its config that dispatcher and gateway get as they are. */
const TOLD = ['signature', 'dedupe_key', 'respond', 'respond_timeout'] as const;

/** What else they get of a trigger. */
function checksOf(trigger: JsonObject, document: JsonObject): string | null {
  const config = isObject(trigger.config) ? trigger.config : {};
  const checks = Object.fromEntries(
    TOLD.filter((name) => Object.hasOwn(config, name)).map((name) => [name, config[name]]),
  );
  if (checks['respond'] === 'wait' && !hasRespondingStep(document)) checks['responds_with_output'] = true;
  return Object.keys(checks).length > 0 ? JSON.stringify(checks) : null;
}

function present(trigger: JsonObject, { workflow, position, publicUrl }: TriggerPlace): JsonObject {
  const address = workflow.webhooks[position];
  if (!address) return trigger;
  const config: JsonObject = isObject(trigger.config) ? trigger.config : {};
  return { ...trigger, config: { ...config, url: urlOf(publicUrl, address.webhook_id) } };
}

function urlOf(publicUrl: string, webhookId: string): string {
  return `${publicUrl}/v1/webhooks/${webhookId}`;
}

function withoutServerFields(trigger: JsonObject): JsonObject {
  if (!isObject(trigger.config)) return trigger;
  const config = Object.entries(trigger.config).filter(([name]) => name !== 'url');
  if (config.length > 0) return { ...trigger, config: Object.fromEntries(config) };
  return Object.fromEntries(Object.entries(trigger).filter(([name]) => name !== 'config'));
}

/** Publishes the addresses in use and takes back all others that the workflow ever had. */
async function publish({ endpoints, snapshots }: WebhookTriggerNeeds, workflow: WorkflowRecord): Promise<void> {
  const inUse = workflow.deleted_at ? new Map<string, WebhookSnapshotValue>() : snapshotsOf(workflow, Date.now());
  const everUsed = await endpoints.idsOfWorkflow(workflow.organisation_id, workflow._id);
  await Promise.all(
    everUsed.map((webhook_id) => {
      const value = inUse.get(webhook_id);
      if (value === undefined) return snapshots.delete(WebhookSnapshot, { webhook_id });
      return snapshots.put(WebhookSnapshot, { webhook_id }, value);
    }),
  );
}

async function arePublished({ snapshots }: WebhookTriggerNeeds, workflow: WorkflowRecord): Promise<boolean> {
  for (const [webhook_id, value] of snapshotsOf(workflow, Date.now())) {
    const published = await snapshots.get(WebhookSnapshot, { webhook_id });
    if (!isDeepStrictEqual(published, value)) return false;
  }
  return true;
}

/** Of all addresses at which calls are taken, by their ids: former ones until their time is over. */
function snapshotsOf(workflow: WorkflowRecord, now: number): Map<string, WebhookSnapshotValue> {
  return new Map(
    workflow.webhooks.flatMap((webhook) => {
      const value = snapshotOf(workflow, webhook);
      const former = (webhook.former ?? []).filter(({ until }) => until.getTime() > now);
      return [
        value,
        ...former.map(({ webhook_id, until }) => ({ ...value, webhook_id, valid_until: until.toISOString() })),
      ].map((each): [string, WebhookSnapshotValue] => [each.webhook_id, each]);
    }),
  );
}

function snapshotOf(workflow: WorkflowRecord, webhook: WorkflowWebhook): WebhookSnapshotValue {
  const value: WebhookSnapshotValue = {
    webhook_id: webhook.webhook_id,
    organisation_id: workflow.organisation_id,
    workflow_id: workflow._id,
    method: webhook.method,
  };
  const headers = webhook.required_headers;
  return {
    ...value,
    // An earlier release stored the values as they are in the document.
    ...(headers === null ? {} : { required_headers: textsOf(JSON.parse(headers) as object) }),
    ...(webhook.checks
      ? (JSON.parse(webhook.checks) as Pick<WebhookSnapshotValue, (typeof TOLD)[number] | 'responds_with_output'>)
      : {}),
  };
}
