import { Controller } from '@nestjs/common';
import { AdmitWebhook, ReceiveWebhook } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { RecordedCalls } from './recorded-calls.js';

/** Questions of the gateway. */
@Controller()
export class InboundController {
  constructor(private readonly calls: RecordedCalls) {}

  @OnRequest(AdmitWebhook)
  async admit(call: z.output<typeof AdmitWebhook.question>): Promise<z.output<typeof AdmitWebhook.answer>> {
    await this.calls.admit(call);
    return { admitted: true };
  }

  @OnRequest(ReceiveWebhook)
  receive(call: z.output<typeof ReceiveWebhook.question>): Promise<z.output<typeof ReceiveWebhook.answer>> {
    return this.calls.receive(call);
  }
}
