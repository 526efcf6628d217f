import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../workflows/json-object.js';
import { isObject } from '../workflows/json-object.js';
import { triggersOf } from '../workflows/stored-document.js';
import type { WorkflowWebhook } from '../workflows/workflow.schema.js';
import { assignAddresses } from './address-assignment.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';

const DEFAULT_METHOD = 'POST';

/** Gives webhook triggers their addresses. */
@Injectable()
export class WebhookEndpointsService {
  constructor(private readonly endpoints: WebhookEndpointsRepository) {}

  /**
   * The addresses of the webhook triggers of `document`, in their order. `former` is what the workflow has now, null for a
   * new one. New addresses are stored; they are unused if the version that needs them comes to nothing.
   */
  async assign(
    organisationId: string,
    workflowId: string,
    document: JsonObject,
    former: { document: JsonObject; webhooks: readonly WorkflowWebhook[] } | null,
  ): Promise<WorkflowWebhook[]> {
    const triggers = webhookTriggers(document);
    if (triggers.length === 0) return [];

    const addressed = former ? addressedTriggers(former) : [];
    const spare = former ? await this.endpoints.idsOfWorkflow(organisationId, workflowId) : [];
    const assigned = assignAddresses(
      triggers.map((trigger) => JSON.stringify(trigger)),
      addressed,
      spare,
    );
    const fresh = await this.endpoints.create(
      organisationId,
      workflowId,
      assigned.filter((webhookId) => webhookId === null).length,
    );
    return triggers.map((trigger, position) => ({
      // As many are fresh as are null, so there is one for each.
      webhook_id: assigned[position] ?? (fresh.shift() as string),
      method: methodOf(trigger),
      required_headers: headersOf(trigger),
    }));
  }
}

function webhookTriggers(document: JsonObject): JsonObject[] {
  return triggersOf(document).filter((trigger) => trigger.type === 'webhook');
}

function addressedTriggers(former: {
  document: JsonObject;
  webhooks: readonly WorkflowWebhook[];
}): { text: string; webhookId: string }[] {
  const triggers = webhookTriggers(former.document);
  return former.webhooks.flatMap(({ webhook_id }, position) => ({
    text: JSON.stringify(triggers[position]),
    webhookId: webhook_id,
  }));
}

function methodOf(trigger: JsonObject): string {
  const method = isObject(trigger.config) ? trigger.config.method : undefined;
  return typeof method === 'string' ? method.toUpperCase() : DEFAULT_METHOD;
}

function headersOf(trigger: JsonObject): string | null {
  const headers = isObject(trigger.config) ? trigger.config.headers : undefined;
  return isObject(headers) && Object.keys(headers).length > 0 ? JSON.stringify(headers) : null;
}
