import { Controller, Inject, UseInterceptors } from '@nestjs/common';
import {
  AdmitWebhook,
  AppError,
  ListLastWebhookCalls,
  ListWebhookCalls,
  ReceiveWebhook,
  TestWebhook,
  WebhookSnapshot,
  type ExecutionAccepted,
  type WebhookCallList,
} from '@millrace/contracts';
import { BUS, OnRequest, type Bus } from '@millrace/messaging';
import { KeyedWriteInterceptor } from '@millrace/service-kit/keyed-write';
import { ownSnapshot } from '@millrace/service-kit/own-snapshot';
import type { z } from 'zod';
import { RecordedCalls } from './recorded-calls.js';
import { RefusingWebhooks } from './refusing-webhooks.js';
import { SampleCalls } from './sample-calls.js';
import { WebhookCallsRepository } from './webhook-calls.repository.js';

/** Questions of the gateway. */
@Controller()
export class InboundController {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly calls: RecordedCalls,
    private readonly samples: SampleCalls,
    private readonly records: WebhookCallsRepository,
    private readonly refusing: RefusingWebhooks,
  ) {}

  @OnRequest(AdmitWebhook)
  async admit(call: z.output<typeof AdmitWebhook.question>): Promise<z.output<typeof AdmitWebhook.answer>> {
    await this.calls.admit(call);
    return { admitted: true };
  }

  @OnRequest(ReceiveWebhook)
  receive(call: z.output<typeof ReceiveWebhook.question>): Promise<z.output<typeof ReceiveWebhook.answer>> {
    return this.calls.receive(call);
  }

  @UseInterceptors(KeyedWriteInterceptor)
  @OnRequest(TestWebhook)
  test(question: z.output<typeof TestWebhook.question>): Promise<ExecutionAccepted> {
    return this.samples.send(question);
  }

  @OnRequest(ListLastWebhookCalls, { heavy: true })
  async last({
    organisation_id,
    webhook_ids,
  }: z.output<typeof ListLastWebhookCalls.question>): Promise<z.output<typeof ListLastWebhookCalls.answer>> {
    const [last, reasons] = await Promise.all([
      this.records.last(organisation_id, webhook_ids),
      this.refusing.reasons(organisation_id, webhook_ids),
    ]);
    return { last, ...reasons };
  }

  @OnRequest(ListWebhookCalls)
  async list(question: z.output<typeof ListWebhookCalls.question>): Promise<WebhookCallList> {
    const { organisation_id, webhook_id } = question;
    if ((await ownSnapshot(this.bus.snapshots, WebhookSnapshot, { webhook_id }, organisation_id)) === null)
      throw new AppError('WEBHOOK_NOT_FOUND', { details: { webhook_id } });
    return this.records.list(question);
  }
}
