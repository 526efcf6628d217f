import { Controller } from '@nestjs/common';
import { ReadRecorded, ReadRecordedState } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { notFound } from '../executions/execution-sources.js';
import { RecordedService } from './recorded.service.js';

/** The questions of executors whose journal has dropped something. */
@Controller()
export class RecordedController {
  constructor(private readonly recorded: RecordedService) {}

  @OnRequest(ReadRecordedState, { heavy: true })
  async state(
    question: z.output<typeof ReadRecordedState.question>,
  ): Promise<z.output<typeof ReadRecordedState.answer>> {
    const state = await this.recorded.state(question);
    if (state === null) throw notFound(question.execution_id);
    return state;
  }

  @OnRequest(ReadRecorded, { heavy: true })
  async page(question: z.output<typeof ReadRecorded.question>): Promise<z.output<typeof ReadRecorded.answer>> {
    return this.recorded.page(question);
  }
}
