import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  DeleteMailSender,
  GetMailSender,
  LIMITS,
  ListMailSenders,
  mailSenderEndpoints,
  PutMailSender,
  TestMailSender,
  type MailSenderList,
  type MailSenderResource,
  type MailSenderTest,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';

/** For the way to the executor and back, beside the time of the e-mail. */
const WAY_MS = 5_000;

/** Passes calls about mail senders on to `definitions`, and tests of them to an executor. */
@Controller()
export class MailSendersController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(mailSenderEndpoints.list)
  list({ caller, query, requestId }: Call<typeof mailSenderEndpoints.list>): Promise<MailSenderList> {
    return this.bus.request(ListMailSenders, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(mailSenderEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof mailSenderEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MailSenderResource> {
    const question = { organisation_id: caller.organisationId, name: params.sender_name };
    return tagged(await this.bus.request(GetMailSender, question, { requestId }), response);
  }

  @Endpoint(mailSenderEndpoints.put)
  async put(
    { caller, params, body, asking }: Call<typeof mailSenderEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MailSenderResource> {
    const question = {
      organisation_id: caller.organisationId,
      name: params.sender_name,
      sender: body,
      ...versionOf(ifMatch),
    };
    return tagged(await this.bus.request(PutMailSender, question, asking), response);
  }

  @Endpoint(mailSenderEndpoints.delete)
  async delete(
    { caller, params, asking }: Call<typeof mailSenderEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, name: params.sender_name, ...versionOf(ifMatch) };
    await this.bus.request(DeleteMailSender, question, asking);
  }

  @Endpoint(mailSenderEndpoints.test)
  test({ caller, params, body, asking }: Call<typeof mailSenderEndpoints.test>): Promise<MailSenderTest> {
    const question = { organisation_id: caller.organisationId, name: params.sender_name, to: body.to };
    return this.bus.request(TestMailSender, question, { ...asking, timeoutMs: LIMITS.mailTestMs + WAY_MS });
  }
}
