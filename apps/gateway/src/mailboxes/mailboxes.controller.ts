import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  CreateMailbox,
  DeleteMailbox,
  GetMailbox,
  ListMailboxes,
  ListMailboxMessages,
  LIMITS,
  mailboxEndpoints,
  TestMailbox,
  UpdateMailbox,
  type MailboxList,
  type MailboxMessageList,
  type MailboxResource,
  type MailboxTest,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';
import { MailboxHealthReader } from './mailbox-health-reader.js';

/** For the way there and back, and opening the connection. */
const WAY_MS = 5_000;

/** Passes calls about mailboxes on to `definitions`, which has their accounts, and `email-ingest`, which knows how they do. */
@Controller()
export class MailboxesController {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly health: MailboxHealthReader,
  ) {}

  @Endpoint(mailboxEndpoints.list)
  async list({ caller, query, requestId }: Call<typeof mailboxEndpoints.list>): Promise<MailboxList> {
    const question = { organisation_id: caller.organisationId, ...pageOf(query) };
    const { mailboxes, ...page } = await this.bus.request(ListMailboxes, question, { requestId });
    return { mailboxes: await this.health.of(caller.organisationId, mailboxes, requestId), ...page };
  }

  @Endpoint(mailboxEndpoints.create)
  async create(
    { caller, body, asking }: Call<typeof mailboxEndpoints.create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MailboxResource> {
    const question = { organisation_id: caller.organisationId, mailbox: body };
    const stored = await this.bus.request(CreateMailbox, question, asking);
    return tagged(await this.health.ofOne(caller.organisationId, stored, asking.requestId), response);
  }

  @Endpoint(mailboxEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof mailboxEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MailboxResource> {
    const question = { organisation_id: caller.organisationId, ...params };
    const stored = await this.bus.request(GetMailbox, question, { requestId });
    return tagged(await this.health.ofOne(caller.organisationId, stored, requestId), response);
  }

  @Endpoint(mailboxEndpoints.update)
  async update(
    { caller, params, body, asking }: Call<typeof mailboxEndpoints.update>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MailboxResource> {
    const question = { organisation_id: caller.organisationId, ...params, patch: body, ...versionOf(ifMatch) };
    const stored = await this.bus.request(UpdateMailbox, question, asking);
    return tagged(await this.health.ofOne(caller.organisationId, stored, asking.requestId), response);
  }

  @Endpoint(mailboxEndpoints.delete)
  async delete(
    { caller, params, asking }: Call<typeof mailboxEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, ...versionOf(ifMatch) };
    await this.bus.request(DeleteMailbox, question, asking);
  }

  @Endpoint(mailboxEndpoints.test)
  test({ caller, params, body, asking }: Call<typeof mailboxEndpoints.test>): Promise<MailboxTest> {
    const question = { organisation_id: caller.organisationId, ...params, changes: body };
    return this.bus.request(TestMailbox, question, { ...asking, timeoutMs: LIMITS.mailboxTestMs + WAY_MS });
  }

  @Endpoint(mailboxEndpoints.messages)
  async messages({
    caller,
    params,
    query,
    requestId,
  }: Call<typeof mailboxEndpoints.messages>): Promise<MailboxMessageList> {
    const question = { organisation_id: caller.organisationId, ...params };
    // Who owns mailboxes says whether there is one.
    await this.bus.request(GetMailbox, question, { requestId });
    return this.bus.request(ListMailboxMessages, { ...question, ...pageOf(query) }, { requestId });
  }
}

function pageOf({ limit, starting_after }: { limit: number; starting_after?: string | undefined }) {
  return { limit, ...(starting_after === undefined ? {} : { starting_after }) };
}
