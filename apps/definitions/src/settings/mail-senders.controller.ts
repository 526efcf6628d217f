import { Controller } from '@nestjs/common';
import {
  DeleteMailSender,
  GetMailSender,
  ListMailSenders,
  PutMailSender,
  type MailSenderList,
  type MailSenderResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { MailSendersService } from './mail-senders.service.js';

/** The questions about mail senders that other services ask. */
@Controller()
export class MailSendersController {
  constructor(private readonly senders: MailSendersService) {}

  @OnRequest(ListMailSenders)
  list(question: z.output<typeof ListMailSenders.question>): Promise<MailSenderList> {
    return this.senders.list(question.organisation_id, question.limit, question.starting_after);
  }

  @OnRequest(GetMailSender)
  get({ organisation_id, name }: z.output<typeof GetMailSender.question>): Promise<MailSenderResource> {
    return this.senders.get(organisation_id, name);
  }

  @OnRequest(PutMailSender)
  put(question: z.output<typeof PutMailSender.question>): Promise<MailSenderResource> {
    return this.senders.put(question.organisation_id, question);
  }

  @OnRequest(DeleteMailSender)
  delete({
    organisation_id,
    name,
    if_version,
  }: z.output<typeof DeleteMailSender.question>): Promise<z.output<typeof DeleteMailSender.answer>> {
    return this.senders.delete(organisation_id, name, if_version);
  }
}
