import { Controller } from '@nestjs/common';
import {
  GetMailboxHealth,
  ListMailboxLeases,
  ListMailboxMessages,
  TestMailbox,
  type MailboxMessageList,
  type MailboxTest,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { IngestedMessagesRepository } from '../messages/ingested-messages.repository.js';
import { MailboxCursorsRepository } from './mailbox-cursors.repository.js';
import { MailboxHealthReader } from './mailbox-health.js';
import { MailboxTests } from './mailbox-tests.js';

/** The questions about mailboxes that other services ask. */
@Controller()
export class MailboxesController {
  constructor(
    private readonly health: MailboxHealthReader,
    private readonly ingested: IngestedMessagesRepository,
    private readonly tests: MailboxTests,
    private readonly cursors: MailboxCursorsRepository,
  ) {}

  @OnRequest(GetMailboxHealth)
  async healthOf({
    organisation_id,
    mailbox_ids,
  }: z.output<typeof GetMailboxHealth.question>): Promise<z.output<typeof GetMailboxHealth.answer>> {
    return { health: await this.health.of(organisation_id, mailbox_ids) };
  }

  @OnRequest(TestMailbox)
  test({ organisation_id, mailbox_id, changes }: z.output<typeof TestMailbox.question>): Promise<MailboxTest> {
    return this.tests.run(organisation_id, mailbox_id, changes);
  }

  @OnRequest(ListMailboxLeases)
  async leases(): Promise<z.output<typeof ListMailboxLeases.answer>> {
    const holders = await this.cursors.holders();
    return {
      leases: holders.map(({ until, ...held }) => ({ lease: 'mailboxes', ...held, until: until.toISOString() })),
    };
  }

  @OnRequest(ListMailboxMessages)
  messages(question: z.output<typeof ListMailboxMessages.question>): Promise<MailboxMessageList> {
    const { organisation_id, mailbox_id, limit, starting_after } = question;
    return this.ingested.list({ organisationId: organisation_id, mailboxId: mailbox_id }, limit, starting_after);
  }
}
