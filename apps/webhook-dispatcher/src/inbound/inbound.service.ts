import { Inject, Injectable } from '@nestjs/common';
import {
  ActiveSnapshot,
  AppError,
  ReceiveWebhook,
  WebhookSnapshot,
  type AdmitWebhook,
  type FileFacts,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { organisationOf, requireLive } from '@millrace/service-kit/organisations';
import { rateLimitExceeded, type RateLimiter, type RateLimitState } from '@millrace/service-kit/rate-limits';
import { SecretReader } from '@millrace/service-kit/sealing';
import { startExecution, type Started } from '@millrace/service-kit/start-execution';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { z } from 'zod';
import { RATE_LIMITER } from '../rate-limits.tokens.js';
import { contentOf } from './call-content.js';
import { challengeIn } from './challenge.js';
import { CalledFiles } from './called-files.js';
import { decodedBodies } from './decoded-bodies.js';
import { Deliveries, isNamed, type ChosenDelivery } from './deliveries.js';
import { requireHeaders } from './required-headers.js';
import { headerSecrets, signatureSecrets } from './secret-sources.js';
import { requireSignature, requireSignatureHeader, rulesOf } from './signature.js';
import { triggerHeaders } from './trigger-headers.js';
import { factsOf, isWithoutFiles } from './webhook-body.js';

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
    private readonly deliveries: Deliveries,
    private readonly files: CalledFiles,
  ) {}

  /** Checks everything about a call that its body is not needed for; `verified` as in {@link receive}. Errors as {@link AdmitWebhook} lists them. */
  async admit(call: WebhookHead, verified?: () => void): Promise<void> {
    const { organisation_id, signature } = await this.#addressee(call);
    // Whether a signed call is valid is seen of its body. Until then nothing is said of the organisation, and nothing is counted.
    if (signature !== undefined) return;
    verified?.();
    try {
      requireLive(await organisationOf(this.bus.snapshots, organisation_id));
      this.quota.require(organisation_id);
    } catch (error) {
      // The call is valid, and all there will be of it.
      await this.#count(organisation_id);
      throw error;
    }
    requireBelow(await this.limiter.next('webhooks', organisation_id, await this.#ownLimit(organisation_id)));
  }

  async #addressee(call: WebhookHead): Promise<WebhookSnapshotValue> {
    const webhook = await this.bus.snapshots.get(WebhookSnapshot, { webhook_id: call.webhook_id });
    if (!webhook || hasEnded(webhook)) throw notFound(call);
    requireMethod(webhook, call.method);
    if (webhook.signature) requireSignatureHeader(webhook.signature, call.headers);
    const secrets = headerSecrets(this.secrets, webhook.organisation_id);
    await requireHeaders(webhook.required_headers ?? {}, call.headers, secrets);
    const workflow = await this.bus.snapshots.get(ActiveSnapshot, { workflow_id: webhook.workflow_id });
    if (!workflow) throw notFound(call);
    return webhook;
  }

  /**
   * Durably accepts the execution that a call starts; a handshake of the sender gets its response and starts nothing, whatever the status of the workflow. `verified` is called when it was found to have what its trigger requires. Errors as
   * {@link ReceiveWebhook} lists them.
   */
  async receive(call: WebhookCall, verified?: () => void): Promise<WebhookAccepted> {
    const webhook = await this.#addressee(call);
    const body = Buffer.from(call.body_base64, 'base64');
    await this.#requireSignature(webhook, call, body);
    verified?.();
    // From here on the call is valid, so the organisation is charged for it: before its body is decoded.
    const state = await this.#count(webhook.organisation_id);
    const rate_limit = { limit: state.limit, remaining: state.remaining, reset_at: state.resetAt };
    const challenge = challengeIn(webhook.signature, body, call.headers['content-type']);
    if (challenge !== undefined) return { ...handshakeOf(webhook, call, challenge), rate_limit };
    const leave = await decodedBodies.enter(webhook.organisation_id, body.length);
    try {
      const { version: _version, certain: _certain, ...started } = await this.#start(webhook, call, body);
      return { ...started, status: 'running', rate_limit };
    } finally {
      leave();
    }
  }

  /** `duplicate`: an earlier call of the same delivery has started it, or was to. */
  async #start(
    webhook: WebhookSnapshotValue,
    call: WebhookCall,
    body: Buffer,
  ): Promise<Started & { differs?: boolean }> {
    const { organisation_id: organisationId } = webhook;
    const trigger = triggerOf(webhook, call);
    const content = contentOf(webhook, call, body);
    let delivery: ChosenDelivery | undefined;
    let kept: FileFacts[] = [];
    const choose = async (): Promise<ChosenDelivery> => {
      // What cannot be read must use up no key.
      const { files } = content();
      const { headers, received_at: receivedAt, execution_id: newId } = call;
      // Files get their ids for the execution that is looked for here.
      const input = () => content().input(files.map(factsOf));
      delivery = await this.deliveries.choose(webhook, { headers, receivedAt, trigger, body, input, newId });
      kept = await this.files.keep(files, { organisationId, executionId: delivery.id });
      return delivery;
    };
    const isChosen =
      isNamed(webhook, call.headers) ||
      call.execution_id !== undefined ||
      !isWithoutFiles(body, call.headers['content-type']);
    const started = await startExecution(this.bus, this.quota, {
      trigger,
      workflow: webhook,
      input: () => content().input(kept),
      acceptedAt: call.received_at,
      requestId: call.request_id,
      ...(isChosen ? { choose } : {}),
      awaited: call.awaited,
    }).catch(async (error: unknown) => {
      await this.files.removeAfter(error, kept, organisationId);
      throw error;
    });
    if (isNamed(webhook, call.headers) && content().files.length > 0) this.files.accepted(started.execution_id);
    // An earlier call has started it, with the files of that.
    if (started.duplicate && started.certain) await this.files.remove(kept, organisationId);
    const differs = delivery?.differs === true ? { differs: true } : {};
    return { ...started, duplicate: started.duplicate || delivery?.repeated === true, ...differs };
  }

  async #requireSignature(webhook: WebhookSnapshotValue, call: WebhookCall, body: Buffer): Promise<void> {
    if (!webhook.signature) return;
    const { headers, received_at: receivedAt } = call;
    const secrets = signatureSecrets(this.secrets, webhook.organisation_id);
    await requireSignature(webhook.signature, { headers, body, receivedAt }, secrets);
  }

  /** Throws RATE_LIMIT_EXCEEDED. */
  async #count(organisationId: string): Promise<RateLimitState> {
    const state = await this.limiter.count('webhooks', organisationId, await this.#ownLimit(organisationId));
    requireBelow(state);
    return state;
  }

  async #ownLimit(organisationId: string): Promise<number | undefined> {
    return (await organisationOf(this.bus.snapshots, organisationId))?.limits.webhook_calls_per_minute;
  }
}

function requireBelow(state: RateLimitState): void {
  if (state.exceeded) throw rateLimitExceeded(state);
}

/** What the workflow gets of the call; headers that hold a credential are left out. */
function triggerOf(webhook: WebhookSnapshotValue, call: WebhookCall) {
  const signature = webhook.signature && rulesOf(webhook.signature);
  const credentials = [...Object.keys(webhook.required_headers ?? {}), ...(signature ? [signature.header] : [])];
  return {
    type: 'webhook' as const,
    webhook_id: call.webhook_id,
    method: call.method,
    headers: triggerHeaders(call.headers, credentials),
    query: call.query,
  };
}

/** A call that gets a response and starts nothing. */
function handshakeOf(webhook: WebhookSnapshotValue, call: WebhookCall, challenge: string): WebhookAccepted {
  const { workflow_id, organisation_id } = webhook;
  const response = { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: challenge };
  const nothing = { execution_id: '', status: 'running', duplicate: false } as const;
  return { ...nothing, workflow_id, organisation_id, started_at: call.received_at, response };
}

/** Of an address that another one took the place of. */
function hasEnded({ valid_until: until }: WebhookSnapshotValue): boolean {
  return until !== undefined && Date.parse(until) <= Date.now();
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
