import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  shortened,
  WebhookSnapshot,
  type AdmitWebhook,
  type ReceiveWebhook,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { z } from 'zod';
import { CallLog } from './call-log.js';
import { webhookCalls } from './inbound.metrics.js';
import { InboundService } from './inbound.service.js';
import { refusalMessage } from './refusal-message.js';
import { RefusedCalls } from './refused-calls.js';
import { ShownCalls, type CallOutcome } from './shown-calls.js';

type WebhookHead = z.output<typeof AdmitWebhook.question>;
type WebhookCall = z.output<typeof ReceiveWebhook.question>;
type WebhookAccepted = z.output<typeof ReceiveWebhook.answer>;

const ACCEPTED = 202;

/** Passes calls on, and notes what became of them. */
@Injectable()
export class RecordedCalls {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly inbound: InboundService,
    private readonly log: CallLog,
    private readonly refused: RefusedCalls,
    private readonly shown: ShownCalls,
  ) {}

  /** See {@link InboundService.admit}. What is admitted is not noted yet: the call itself is still to come. */
  async admit(call: WebhookHead): Promise<void> {
    let isVerified = false;
    try {
      await this.inbound.admit(call, () => (isVerified = true));
    } catch (error) {
      await this.#refused(call, error, { isVerified, isSample: false });
      throw error;
    }
  }

  /** See {@link InboundService.receive}. */
  async receive(
    call: WebhookCall,
    { isSample = false }: { readonly isSample?: boolean } = {},
  ): Promise<WebhookAccepted> {
    let isVerified = false;
    try {
      const started = await this.inbound.receive(call, () => (isVerified = true));
      const { webhook_id, method, request_id = null } = call;
      const outcome = outcomeOf(started);
      webhookCalls.inc({ verdict: outcome.verdict });
      const noted = { organisation_id: started.organisation_id, webhook_id, method, request_id, sample: isSample };
      this.log.note({ ...noted, ...outcome });
      if (this.shown.areWanted(webhook_id)) await this.#show(call, outcome);
      return started;
    } catch (error) {
      await this.#refused(call, error, { isVerified, isSample });
      throw error;
    }
  }

  async #refused(
    call: WebhookHead & Partial<WebhookCall>,
    error: unknown,
    { isVerified, isSample }: { readonly isVerified: boolean; readonly isSample: boolean },
  ): Promise<void> {
    const { webhook_id, method, request_id = null } = call;
    const webhook = await this.#webhook(webhook_id);
    if (webhook === null) return;
    const known = error instanceof AppError ? error : new AppError('INTERNAL_ERROR');
    const { code, entry } = known;
    const message = refusalMessage(known);
    const outcome: CallOutcome = { verdict: 'refused', status: entry.status, code, message, execution_id: null };
    const { organisation_id } = webhook;
    webhookCalls.inc({ verdict: 'refused' });
    const noted = { organisation_id, webhook_id, method: shortened(method, 20), request_id, sample: isSample };
    this.log.note({ ...noted, ...outcome });
    this.refused.note(webhook, known);
    if (this.shown.areWanted(webhook_id)) this.shown.show(webhook, call, { ...outcome, isVerified });
  }

  /** To those who listen. */
  async #show(call: WebhookCall, outcome: CallOutcome): Promise<void> {
    const webhook = await this.#webhook(call.webhook_id);
    if (webhook !== null) this.shown.show(webhook, call, { ...outcome, isVerified: true });
  }

  /** From memory, as the call itself has just asked for it; null for an address that nobody has. */
  async #webhook(webhook_id: string): Promise<WebhookSnapshotValue | null> {
    return this.bus.snapshots.get(WebhookSnapshot, { webhook_id }).catch(() => null);
  }
}

function outcomeOf({ execution_id, duplicate, response }: WebhookAccepted): CallOutcome {
  const taken = { code: null, message: null };
  if (response !== undefined) return { verdict: 'challenge', execution_id: null, status: response.status, ...taken };
  return { verdict: duplicate ? 'duplicate' : 'accepted', execution_id, status: ACCEPTED, ...taken };
}
