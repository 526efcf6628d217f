import { Controller } from '@nestjs/common';
import {
  ListWebhooks,
  RotateWebhookSecret,
  RotateWebhookUrl,
  type Webhook,
  type WebhookList,
  type WebhookSecret,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { WebhookAddresses } from './webhook-addresses.js';
import { WebhookSecrets } from './webhook-secrets.js';

/** What is asked about webhook triggers. */
@Controller()
export class WebhooksController {
  constructor(
    private readonly addresses: WebhookAddresses,
    private readonly secrets: WebhookSecrets,
  ) {}

  @OnRequest(ListWebhooks)
  list({ organisation_id, workflow_id }: z.output<typeof ListWebhooks.question>): Promise<WebhookList> {
    return this.addresses.list({ organisationId: organisation_id, workflowId: workflow_id });
  }

  @OnRequest(RotateWebhookUrl)
  rotate(question: z.output<typeof RotateWebhookUrl.question>): Promise<Webhook> {
    const target = { organisationId: question.organisation_id, workflowId: question.workflow_id };
    return this.addresses.rotate(target, question.webhook_id, question.grace_seconds);
  }

  @OnRequest(RotateWebhookSecret)
  rotateSecret(question: z.output<typeof RotateWebhookSecret.question>): Promise<WebhookSecret> {
    const { organisation_id, workflow_id, webhook_id: webhookId, secret, grace_seconds: graceSeconds } = question;
    const target = { organisationId: organisation_id, workflowId: workflow_id };
    return this.secrets.rotate(target, { webhookId, secret, graceSeconds });
  }
}
