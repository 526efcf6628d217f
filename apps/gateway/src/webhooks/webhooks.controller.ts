import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  AdmitWebhook,
  AppError,
  LIMITS,
  newId,
  ReceiveWebhook,
  webhookEndpoints,
  WebhookSnapshot,
  type ErrorCode,
  type ExecutionAccepted,
  type StepResponse,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { formFields } from '@millrace/service-kit/form-fields';
import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';
import { retryAfter } from '@millrace/service-kit/rate-limits';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { AuthenticatedRequest } from '../auth/principal.js';
import type { StartOutcome } from '../executions/execution-starter.js';
import { WaitingStarts } from '../executions/waiting-starts.js';
import { prepareResponse } from '../executions/workflow-response.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { expectedLength, hasBody, noteAccepted, noteRefused, readBody } from '../http/read-body.js';
import { markReplayed } from '../idempotency/replayed.js';
import { setRateLimitHeaders } from '../rate-limits/rate-limit-headers.js';
import { RefusedCallers } from '../rate-limits/refused-callers.js';
import { waitOf } from './response-wait.js';

/** Refusals of a caller who has not shown that its calls are valid: charged to its address. */
const UNWANTED: readonly ErrorCode[] = ['WEBHOOK_NOT_FOUND', 'METHOD_NOT_ALLOWED', 'UNAUTHORIZED'];

/** Bodies above this travel through the object store: base64 makes three bytes four. */
const LARGE_BODY_BYTES = (LIMITS.inlinePayloadBytes * 3) / 4;
const ADMIT_TIMEOUT_MS = 2_000;
const BODY_LIMIT = webhookEndpoints.receive.body.limitBytes;

/** A call as the dispatcher gets it. */
type WebhookCall = z.output<typeof ReceiveWebhook.question>;

/** Calls from outside. The address is the only credential here; `webhook-dispatcher` checks what the trigger requires. */
@Controller()
export class WebhooksController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly refused: RefusedCallers,
    private readonly waiting: WaitingStarts,
  ) {}

  /** Responds with 202 once the execution is durably accepted, or with what the workflow responds; a handshake of the sender with what it expects back. */
  @Endpoint(webhookEndpoints.receive)
  async receive(
    { params }: Call<typeof webhookEndpoints.receive>,
    @Req() request: AuthenticatedRequest & Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecutionAccepted | string> {
    const { webhook_id: webhookId } = params;
    let known: string | undefined;
    try {
      const webhook = await this.#addressee(webhookId);
      known = webhookId;
      this.refused.requireFewAt(known, request, response);
      request.calledOrganisationId = webhook.organisation_id;
      // Read before it takes one of the places to wait, which are few: anybody can call, and be as slow as it likes.
      const call = await this.#read(webhookId, request, response);
      let instead: StepResponse | undefined;
      const begin = async (chosen?: (executionId: string) => void): Promise<StartOutcome> => {
        const outcome = await this.#begin(call, request, response, chosen);
        noteAccepted(request);
        instead = outcome.response;
        return outcome;
      };
      const answer =
        webhook.respond === 'wait'
          ? await this.waiting.answerWithResponse({ ...waitOf(webhook), begin, request, response })
          : (await begin()).accepted;
      return instead === undefined ? answer : prepareResponse(response, instead);
    } catch (error) {
      if (error instanceof AppError && UNWANTED.includes(error.code)) {
        noteRefused(request);
        this.refused.count(request, response, known);
      }
      if (error instanceof AppError && error.code === 'RATE_LIMIT_EXCEEDED') tellLimit(error, response);
      throw error;
    }
  }

  /** Asked of the snapshot alone: a call to an unknown address costs neither its query nor its body. */
  async #addressee(webhookId: string): Promise<WebhookSnapshotValue> {
    const webhook = await this.bus.snapshots.get(WebhookSnapshot, { webhook_id: webhookId });
    if (!webhook) throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id: webhookId } });
    return webhook;
  }

  /** Starts the execution of a call. With `chosen` its response is waited for: that gets its id before there can be one. */
  async #begin(
    call: WebhookCall,
    { requestId }: IdentifiedRequest,
    response: Response,
    chosen?: (executionId: string) => void,
  ): Promise<StartOutcome> {
    const expected = chosen && newId('execution');
    if (expected !== undefined) chosen?.(expected);
    const awaited = expected === undefined ? {} : { execution_id: expected, awaited: true };
    const accepted = await this.bus.request(ReceiveWebhook, { ...call, ...awaited }, requestId ? { requestId } : {});
    // Whoever waits for the answer keeps the call until then.
    call.body_base64 = '';
    const {
      execution_id,
      status,
      started_at,
      workflow_id,
      duplicate,
      differs,
      rate_limit: state,
      response: instead,
    } = accepted;
    if (duplicate) markReplayed(response);
    if (state) setRateLimitHeaders(response, { ...state, resetAt: state.reset_at });
    const outcome = { id: execution_id, execution_id, status, started_at, workflow_id };
    if (instead !== undefined) return { accepted: outcome, repeated: false, response: instead };
    // The address and the name of a delivery are all that a stranger needs to know for this; its response may say more.
    if (differs === true) return { accepted: outcome, repeated: true, isWithheld: true };
    // The delivery had one before, or the dispatcher is of an earlier version.
    const isOther = expected !== undefined && execution_id !== expected;
    if (isOther) chosen?.(execution_id);
    const repeated = duplicate || isOther;
    return { accepted: outcome, repeated };
  }

  /** Reads the call, its body included. */
  async #read(webhookId: string, request: IdentifiedRequest, response: Response): Promise<WebhookCall> {
    const { method, requestId } = request;
    const head = { webhook_id: webhookId, method, headers: singleHeaders(request.headers) };
    const query = queryOf(request.originalUrl);
    const options = requestId ? { requestId } : {};
    if ((expectedLength(request) ?? Infinity) > LARGE_BODY_BYTES) await this.#requireAdmission(head, options);
    const body = hasBody(request) ? await readBody(request, response, BODY_LIMIT) : Buffer.alloc(0);
    return {
      ...head,
      query,
      body_base64: body.toString('base64'),
      received_at: new Date().toISOString(),
      ...(requestId ? { request_id: requestId } : {}),
    };
  }

  /** A body that would reach the object store is read for nobody whom the dispatcher refuses without it. */
  async #requireAdmission(
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
