import { Inject, Injectable } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  ReceiveWebhook,
  WebhookSnapshot,
  type AdmitWebhook,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { organisationOf, requireLive } from '@millrace/service-kit/organisations';
import { rateLimitExceeded, type RateLimiter, type RateLimitState } from '@millrace/service-kit/rate-limits';
import { SecretReader } from '@millrace/service-kit/sealing';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { z } from 'zod';
import { RATE_LIMITER } from '../rate-limits.tokens.js';
import { requireHeaders } from './required-headers.js';
import { triggerHeaders } from './trigger-headers.js';
import { webhookInput } from './webhook-body.js';

type WebhookHead = z.output<typeof AdmitWebhook.question>;
type WebhookCall = z.output<typeof ReceiveWebhook.question>;
type WebhookAccepted = z.output<typeof ReceiveWebhook.answer>;

/** Turns webhook calls into accepted executions. Asks no database: addresses and versions come from snapshots. */
@Injectable()
export class InboundService {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter<'webhooks'>,
    private readonly quota: StorageQuota,
    private readonly secrets: SecretReader,
  ) {}

  /** Checks everything about a call that its body is not needed for; errors as {@link AdmitWebhook} lists them. */
  async admit(call: WebhookHead): Promise<void> {
    const { organisation_id } = await this.addressee(call);
    try {
      requireLive(await organisationOf(this.bus.snapshots, organisation_id));
      this.quota.require(organisation_id);
    } catch (error) {
      // The call is valid, and all there will be of it.
      await this.count(organisation_id);
      throw error;
    }
  }

  private async addressee(call: WebhookHead): Promise<WebhookSnapshotValue> {
    const webhook = await this.bus.snapshots.get(WebhookSnapshot, { webhook_id: call.webhook_id });
    if (!webhook) throw notFound(call);
    requireMethod(webhook, call.method);
    await requireHeaders(webhook.required_headers ?? {}, call.headers, (names) =>
      this.secrets.read(webhook.organisation_id, names),
    );
    const workflow = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id: webhook.workflow_id });
    if (!workflow) throw notFound(call);
    return webhook;
  }

  /** Durably accepts the execution that a call starts; errors as {@link ReceiveWebhook} lists them. */
  async receive(call: WebhookCall): Promise<WebhookAccepted> {
    const webhook = await this.addressee(call);
    // From here on the call is valid, so the organisation is charged for it: before its body is decoded.
    const state = await this.count(webhook.organisation_id);
    const { version: _, ...started } = await startExecution(this.bus, this.quota, {
      trigger: {
        type: 'webhook',
        webhook_id: call.webhook_id,
        method: call.method,
        headers: triggerHeaders(call.headers, Object.keys(webhook.required_headers ?? {})),
        query: call.query,
      },
      workflow: webhook,
      input: () => inputOf(call),
      acceptedAt: call.received_at,
      requestId: call.request_id,
    });
    return {
      ...started,
      status: 'running',
      duplicate: false,
      rate_limit: { limit: state.limit, remaining: state.remaining, reset_at: state.resetAt },
    };
  }

  /** Throws RATE_LIMIT_EXCEEDED. */
  private async count(organisationId: string): Promise<RateLimitState> {
    const own = (await organisationOf(this.bus.snapshots, organisationId))?.limits.webhook_calls_per_minute;
    const state = await this.limiter.count('webhooks', organisationId, own);
    if (state.exceeded) throw rateLimitExceeded(state);
    return state;
  }
}

function inputOf(call: WebhookCall): unknown {
  return webhookInput({
    body: Buffer.from(call.body_base64, 'base64'),
    contentType: call.headers['content-type'],
    query: call.query,
  });
}

function notFound(call: WebhookHead): AppError {
  return new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id: call.webhook_id } });
}

function requireMethod(webhook: WebhookSnapshotValue, method: string): void {
  if (method === webhook.method) return;
  throw new AppError('METHOD_NOT_ALLOWED', {
    message: `This webhook takes ${webhook.method}, not ${method}`,
    details: { allowed: [webhook.method] },
  });
}
