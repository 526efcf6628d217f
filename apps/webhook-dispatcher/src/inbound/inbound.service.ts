import { Inject, Injectable } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  newId,
  ReceiveWebhook,
  RunRequested,
  WebhookSnapshot,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { z } from 'zod';
import { requireHeaders } from './required-headers.js';
import { triggerHeaders } from './trigger-headers.js';
import { webhookInput } from './webhook-body.js';

type WebhookCall = z.output<typeof ReceiveWebhook.question>;
type WebhookAccepted = z.output<typeof ReceiveWebhook.answer>;

/** Turns webhook calls into accepted executions. Asks no database: addresses and versions come from snapshots. */
@Injectable()
export class InboundService {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** Durably accepts the execution that a call asks for; errors as {@link ReceiveWebhook} lists them. */
  async receive(call: WebhookCall): Promise<WebhookAccepted> {
    const webhook = await this.bus.snapshots.get(WebhookSnapshot, { webhook_id: call.webhook_id });
    if (!webhook) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id: call.webhook_id } });
    requireMethod(webhook, call.method);
    requireHeaders(webhook.required_headers ?? {}, call.headers);
    const workflow = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id: webhook.workflow_id });
    if (!workflow) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id: call.webhook_id } });
    if (workflow.status === 'paused')
      throw new AppError('WORKFLOW_PAUSED', { details: { workflow_id: webhook.workflow_id } });
    if (workflow.status === 'draft')
      throw new AppError('WORKFLOW_NOT_ACTIVE', { details: { workflow_id: webhook.workflow_id } });

    const input = webhookInput({
      body: Buffer.from(call.body_base64, 'base64'),
      contentType: call.headers['content-type'],
      query: call.query,
    });
    const executionId = newId('execution');
    await this.bus.publish(
      RunRequested,
      {
        execution_id: executionId,
        organisation_id: webhook.organisation_id,
        workflow_id: webhook.workflow_id,
        version: workflow.version,
        generation: 0,
        accepted_at: call.received_at,
        trigger: {
          type: 'webhook',
          webhook_id: call.webhook_id,
          method: call.method,
          headers: triggerHeaders(call.headers, Object.keys(webhook.required_headers ?? {})),
          query: call.query,
        },
        input,
        ...(call.request_id ? { request_id: call.request_id } : {}),
      },
      { acceptance: true, ...(call.request_id ? { requestId: call.request_id } : {}) },
    );
    return {
      execution_id: executionId,
      workflow_id: webhook.workflow_id,
      organisation_id: webhook.organisation_id,
      status: 'running',
      started_at: call.received_at,
      duplicate: false,
    };
  }
}

function requireMethod(webhook: WebhookSnapshotValue, method: string): void {
  if (method === webhook.method) return;
  throw new AppError('METHOD_NOT_ALLOWED', {
    message: `This webhook takes ${webhook.method}, not ${method}`,
    details: { allowed: [webhook.method] },
  });
}
