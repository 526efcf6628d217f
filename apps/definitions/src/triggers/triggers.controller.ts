import { Controller } from '@nestjs/common';
import { ListTriggers } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { TriggerList } from './trigger-list.js';

/** What is asked about triggers of all types. */
@Controller()
export class TriggersController {
  constructor(private readonly triggers: TriggerList) {}

  @OnRequest(ListTriggers)
  list(question: z.output<typeof ListTriggers.question>): Promise<z.output<typeof ListTriggers.answer>> {
    return this.triggers.page(question);
  }
}
