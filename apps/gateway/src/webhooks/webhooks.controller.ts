import { All, Controller, Inject, Param, Req, Res } from '@nestjs/common';
import { ReceiveWebhook, WebhookSnapshot } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';
import type { Response } from 'express';
import { Public } from '../auth/principal.js';
import { answerRateLimits } from '../rate-limits/rate-limit.answer.js';
import type { RateLimiter } from '../rate-limits/rate-limiter.js';
import { RATE_LIMITER } from '../rate-limits/rate-limits.tokens.js';

/** Calls from outside. The address is the only credential here; `webhook-dispatcher` checks what the trigger asks for. */
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter,
  ) {}

  /** Answers 202 once the execution is durably accepted. */
  @All(':webhookId')
  @Public()
  async receive(
    @Param('webhookId') webhookId: string,
    @Req() request: IdentifiedRequest,
    @Res() response: Response,
  ): Promise<void> {
    await this.countCall(webhookId, response);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const accepted = await this.bus.request(
      ReceiveWebhook,
      {
        webhook_id: webhookId,
        method: request.method,
        headers: singleHeaders(request.headers),
        query: queryOf(request.originalUrl),
        body_base64: body.toString('base64'),
        received_at: new Date().toISOString(),
        ...(request.requestId ? { request_id: request.requestId } : {}),
      },
      request.requestId ? { requestId: request.requestId } : {},
    );
    response.status(202).json({
      id: accepted.execution_id,
      execution_id: accepted.execution_id,
      status: accepted.status,
      started_at: accepted.started_at,
      workflow_id: accepted.workflow_id,
    });
  }

  /** Calls count against the organisation that owns the address; an unknown address is the dispatcher's to refuse. */
  private async countCall(webhookId: string, response: Response): Promise<void> {
    const webhook = await this.bus.snapshots.get(WebhookSnapshot, { webhook_id: webhookId });
    if (webhook) answerRateLimits(response, [await this.limiter.count('webhooks', webhook.organisation_id)]);
  }
}

/** Node joins repeated headers but for a few that it keeps as a list. */
function singleHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}

/** Query parameters without any nesting syntax: `a=1&a=2` gives a list, brackets stay part of the name. */
function queryOf(url: string): Record<string, string | string[]> {
  const start = url.indexOf('?');
  if (start < 0) return {};
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return Object.fromEntries(query);
}
