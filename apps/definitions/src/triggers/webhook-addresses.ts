import { Inject, Injectable } from '@nestjs/common';
import { AppError, LIMITS, type Webhook, type WebhookList } from '@millrace/contracts';
import { CONFIG, type DefinitionsConfig } from '../config.js';
import { hasMade } from '../persistence/noted-writes.js';
import { WebhookEndpointsRepository } from '../webhook-endpoints/webhook-endpoints.repository.js';
import { WorkflowReader } from '../workflows/workflow-reader.js';
import { WorkflowWriter, type ChangeTarget } from '../workflows/workflow-writer.js';
import type { FormerAddress, WorkflowRecord, WorkflowWebhook } from '../workflows/workflow.schema.js';

/** The addresses of webhook triggers. That one is replaced makes no version: the document stays what it is. */
@Injectable()
export class WebhookAddresses {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<DefinitionsConfig, 'MILLRACE_PUBLIC_URL'>,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly reader: WorkflowReader,
    private readonly writer: WorkflowWriter,
  ) {}

  /** All of a workflow. Throws WORKFLOW_NOT_FOUND. */
  async list({ organisationId, workflowId }: ChangeTarget): Promise<WebhookList> {
    const workflow = await this.reader.found(organisationId, workflowId);
    const webhooks = workflow.webhooks.map((_, index) => this.#presented(workflow, index));
    return { webhooks, next_cursor: null, has_more: false };
  }

  /**
   * Gives a trigger another address, and returns once that is published. Calls of the former one are taken for `graceSeconds` more, and those of
   * earlier ones no longer than that. Throws WORKFLOW_NOT_FOUND, WEBHOOK_NOT_FOUND.
   */
  async rotate(target: ChangeTarget, webhookId: string, graceSeconds: number): Promise<Webhook> {
    const { organisationId, workflowId } = target;
    const before = await this.reader.found(organisationId, workflowId);
    if (!hasMade(before)) placeOf(before, webhookId);
    const fresh = await this.endpoints.createForWrite(organisationId, workflowId);
    await this.endpoints.retire(organisationId, workflowId, webhookId);
    const written = await this.writer.change(target, async (workflow) => {
      const index = placeOf(workflow, webhookId);
      return {
        webhooks: workflow.webhooks.map((one, at) => (at === index ? replaced(one, fresh, graceSeconds) : one)),
      };
    });
    const inUse = written.webhooks.flatMap(({ webhook_id, former = [] }) => [
      webhook_id,
      ...former.map((each) => each.webhook_id),
    ]);
    await this.endpoints.forgetRetired(organisationId, workflowId, inUse);
    return this.#presented(written, placeOf(written, fresh));
  }

  #presented({ _id: workflow_id, webhooks }: WorkflowRecord, index: number): Webhook {
    const webhook = webhooks[index] as WorkflowWebhook;
    const { webhook_id: id, method, checks, former = [] } = webhook;
    const url = (of: string) => `${this.config.MILLRACE_PUBLIC_URL}/v1/webhooks/${of}`;
    const { signature } = JSON.parse(checks ?? '{}') as { signature?: { scheme: string } };
    return {
      id,
      workflow_id,
      index,
      url: url(id),
      method,
      signature: signature?.scheme ?? null,
      former: valid(former).map((each) => ({
        id: each.webhook_id,
        url: url(each.webhook_id),
        valid_until: each.until.toISOString(),
      })),
    };
  }
}

function placeOf({ webhooks }: WorkflowRecord, webhook_id: string): number {
  const index = webhooks.findIndex((webhook) => webhook.webhook_id === webhook_id);
  if (index < 0) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id } });
  return index;
}

/** Former ones are valid no longer than the one that becomes a former one now: without a grace all of them end. */
function replaced(webhook: WorkflowWebhook, webhook_id: string, graceSeconds: number): WorkflowWebhook {
  const until = new Date(Date.now() + graceSeconds * 1_000);
  const earlier = (webhook.former ?? []).map((each) => ({ ...each, until: each.until < until ? each.until : until }));
  const former = valid([{ webhook_id: webhook.webhook_id, until }, ...earlier]);
  return { ...webhook, webhook_id, former: former.slice(0, LIMITS.webhookFormerAddresses) };
}

function valid(former: readonly FormerAddress[]): FormerAddress[] {
  return former.filter(({ until }) => until.getTime() > Date.now());
}
