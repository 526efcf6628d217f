import { Controller } from '@nestjs/common';
import {
  CreditsNoted,
  GetCredits,
  GetCreditUsage,
  type Credits,
  type CreditUsage,
  type NotedCredits,
} from '@millrace/contracts';
import { OnMessage, OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { CreditBook } from './credit-book.js';
import { CreditsService } from './credits.service.js';

/** Notes that are recorded at the same time. */
const CONCURRENCY = 16;

/** The questions about credits, and what executors note of them. */
@Controller()
export class CreditsController {
  constructor(
    private readonly credits: CreditsService,
    private readonly book: CreditBook,
  ) {}

  @OnRequest(GetCredits)
  get({ organisation_id, ...page }: z.output<typeof GetCredits.question>): Promise<Credits> {
    return this.credits.get(organisation_id, page);
  }

  @OnRequest(GetCreditUsage, { heavy: true })
  usage(question: z.output<typeof GetCreditUsage.question>): Promise<CreditUsage> {
    return this.credits.usage(question);
  }

  @OnMessage(CreditsNoted, { group: 'definitions', concurrency: CONCURRENCY })
  note(noted: NotedCredits): Promise<void> {
    return this.book.note(noted);
  }
}
