import { Controller } from '@nestjs/common';
import {
  CreateMailbox,
  DeleteMailbox,
  GetMailbox,
  ListMailboxes,
  UpdateMailbox,
  type StoredMailbox,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { MailboxesService } from './mailboxes.service.js';

/** The questions about mailboxes that other services ask. */
@Controller()
export class MailboxesController {
  constructor(private readonly mailboxes: MailboxesService) {}

  @OnRequest(ListMailboxes)
  list(question: z.output<typeof ListMailboxes.question>): Promise<z.output<typeof ListMailboxes.answer>> {
    return this.mailboxes.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(GetMailbox)
  get(question: z.output<typeof GetMailbox.question>): Promise<StoredMailbox> {
    return this.mailboxes.get(question.organisation_id, question.mailbox_id);
  }

  @OnRequest(CreateMailbox)
  create(question: z.output<typeof CreateMailbox.question>): Promise<StoredMailbox> {
    return this.mailboxes.create(question.organisation_id, question.mailbox);
  }

  @OnRequest(UpdateMailbox)
  update(question: z.output<typeof UpdateMailbox.question>): Promise<StoredMailbox> {
    return this.mailboxes.update(question.organisation_id, question);
  }

  @OnRequest(DeleteMailbox)
  delete(question: z.output<typeof DeleteMailbox.question>): Promise<z.output<typeof DeleteMailbox.answer>> {
    return this.mailboxes.delete(question.organisation_id, question.mailbox_id, question.if_version);
  }
}
