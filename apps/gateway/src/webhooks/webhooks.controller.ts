import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  AdmitWebhook,
  AppError,
  LIMITS,
  ReceiveWebhook,
  webhookEndpoints,
  WebhookSnapshot,
  type ErrorCode,
  type ExecutionAccepted,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { formFields } from '@millrace/service-kit/form-fields';
import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';
import { retryAfter } from '@millrace/service-kit/rate-limits';
import type { Response } from 'express';
import type { z } from 'zod';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { announcedLength, hasBody, readBody } from '../http/read-body.js';
import { markReplayed } from '../idempotency/replayed.js';
import { setRateLimitHeaders } from '../rate-limits/rate-limit-headers.js';
import { RefusedCallers } from '../rate-limits/refused-callers.js';

/** Refusals of a caller who has not shown that its calls are valid: charged to its address. */
const UNWANTED: readonly ErrorCode[] = ['WEBHOOK_NOT_FOUND', 'METHOD_NOT_ALLOWED', 'UNAUTHORIZED'];

/** Bodies above this travel through the object store: base64 makes three bytes four. */
const LARGE_BODY_BYTES = (LIMITS.inlinePayloadBytes * 3) / 4;
const ADMIT_TIMEOUT_MS = 2_000;
const BODY_LIMIT = webhookEndpoints.receive.body.limitBytes;

/** Calls from outside. The address is the only credential here; `webhook-dispatcher` checks what the trigger requires. */
@Controller()
export class WebhooksController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly refused: RefusedCallers,
  ) {}

  /** Answers 202 once the execution is durably accepted. */
  @Endpoint(webhookEndpoints.receive)
  async receive(
    { params }: Call<typeof webhookEndpoints.receive>,
    @Req() request: IdentifiedRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecutionAccepted> {
    const { webhook_id: webhookId } = params;
    try {
      await this.requireAddress(webhookId);
      const accepted = await this.pass(webhookId, request, response);
      const { rate_limit: state } = accepted;
      if (accepted.duplicate) markReplayed(response);
      if (state) setRateLimitHeaders(response, { ...state, resetAt: state.reset_at });
      return {
        id: accepted.execution_id,
        execution_id: accepted.execution_id,
        status: accepted.status,
        started_at: accepted.started_at,
        workflow_id: accepted.workflow_id,
      };
    } catch (error) {
      if (error instanceof AppError && UNWANTED.includes(error.code)) this.refused.count(request, response);
      if (error instanceof AppError && error.code === 'RATE_LIMIT_EXCEEDED') tellLimit(error, response);
      throw error;
    }
  }

  /** Asked of the snapshot alone: a call to an unknown address costs neither its query nor its body. */
  private async requireAddress(webhookId: string): Promise<void> {
    const webhook = await this.bus.snapshots.get(WebhookSnapshot, { webhook_id: webhookId });
    if (!webhook) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id: webhookId } });
  }

  private async pass(
    webhookId: string,
    request: IdentifiedRequest,
    response: Response,
  ): Promise<z.output<typeof ReceiveWebhook.answer>> {
    const { method, requestId } = request;
    const head = { webhook_id: webhookId, method, headers: singleHeaders(request.headers) };
    const query = queryOf(request.originalUrl);
    const options = requestId ? { requestId } : {};
    if ((announcedLength(request) ?? Infinity) > LARGE_BODY_BYTES) await this.requireAdmission(head, options);
    const body = hasBody(request) ? await readBody(request, response, BODY_LIMIT) : Buffer.alloc(0);
    const call = {
      ...head,
      query,
      body_base64: body.toString('base64'),
      received_at: new Date().toISOString(),
      ...(requestId ? { request_id: requestId } : {}),
    };
    return this.bus.request(ReceiveWebhook, call, options);
  }

  /** A body that would reach the object store is read for nobody whom the dispatcher refuses without it. */
  private async requireAdmission(
    head: z.output<typeof AdmitWebhook.question>,
    options: { requestId?: string },
  ): Promise<void> {
    try {
      await this.bus.request(AdmitWebhook, head, { ...options, timeoutMs: ADMIT_TIMEOUT_MS });
    } catch (error) {
      // A dispatcher of the previous release does not serve this request; the call itself leads to the same refusal.
      if (!(error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE')) throw error;
    }
  }
}

/** The dispatcher's refusal as headers. */
function tellLimit(error: AppError, response: Response): void {
  const { limit, reset_at: resetAt } = error.details ?? {};
  if (typeof limit !== 'number' || typeof resetAt !== 'number') return;
  setRateLimitHeaders(response, { limit, remaining: 0, resetAt });
  response.setHeader('Retry-After', retryAfter(resetAt));
}

/** Node joins repeated headers but for a few that it keeps as a list. */
function singleHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}

function queryOf(url: string): ReturnType<typeof formFields> {
  const start = url.indexOf('?');
  return start < 0 ? {} : formFields(url.slice(start + 1), 'query');
}
