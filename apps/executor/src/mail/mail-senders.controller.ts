import { Controller } from '@nestjs/common';
import { TestMailSender, type MailSenderTest } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { MailTest } from './mail-test.js';

/** The question about mail senders that only who sends e-mail can answer. */
@Controller()
export class MailSendersController {
  constructor(private readonly test: MailTest) {}

  @OnRequest(TestMailSender)
  run({ organisation_id, name, to }: z.output<typeof TestMailSender.question>): Promise<MailSenderTest> {
    return this.test.run({ organisationId: organisation_id, name, to });
  }
}
