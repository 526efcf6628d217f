import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  WebhookSnapshot,
  type AdmitWebhook,
  type ReceiveWebhook,
  type WebhookSnapshotValue,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { z } from 'zod';
import { InboundService } from './inbound.service.js';
import { RefusedCalls } from './refused-calls.js';

type WebhookHead = z.output<typeof AdmitWebhook.question>;
type WebhookCall = z.output<typeof ReceiveWebhook.question>;

/** Passes calls on, and notes what became of them. */
@Injectable()
export class RecordedCalls {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly inbound: InboundService,
    private readonly refused: RefusedCalls,
  ) {}

  /** See {@link InboundService.admit}. What is admitted is not noted yet: the call itself is still to come. */
  async admit(call: WebhookHead): Promise<void> {
    try {
      await this.inbound.admit(call);
    } catch (error) {
      await this.#refused(call, error);
      throw error;
    }
  }

  /** See {@link InboundService.receive}. */
  async receive(call: WebhookCall): Promise<z.output<typeof ReceiveWebhook.answer>> {
    try {
      return await this.inbound.receive(call);
    } catch (error) {
      await this.#refused(call, error);
      throw error;
    }
  }

  async #refused({ webhook_id }: WebhookHead, error: unknown): Promise<void> {
    const webhook = error instanceof AppError ? await this.#webhook(webhook_id) : null;
    if (webhook !== null) this.refused.note(webhook, error as AppError);
  }

  /** From memory, as the call itself has just asked for it; null for an address that nobody has. */
  async #webhook(webhook_id: string): Promise<WebhookSnapshotValue | null> {
    return this.bus.snapshots.get(WebhookSnapshot, { webhook_id }).catch(() => null);
  }
}
