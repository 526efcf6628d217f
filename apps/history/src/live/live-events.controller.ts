import { Controller } from '@nestjs/common';
import { ReadLiveEvents } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { LiveEventsService } from './live-events.service.js';

/** The question of those who follow an execution. */
@Controller()
export class LiveEventsController {
  constructor(private readonly events: LiveEventsService) {}

  @OnRequest(ReadLiveEvents)
  read(question: z.output<typeof ReadLiveEvents.question>): Promise<z.output<typeof ReadLiveEvents.answer>> {
    return this.events.read(question);
  }
}
