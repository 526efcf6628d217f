import { Controller } from '@nestjs/common';
import { PlanBackfill, RunBackfill } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { Backfills } from './backfills.js';

/** What is asked about nominal times that are over. */
@Controller()
export class BackfillsController {
  constructor(private readonly backfills: Backfills) {}

  @OnRequest(PlanBackfill, { heavy: true })
  async plan(question: z.output<typeof PlanBackfill.question>): Promise<z.output<typeof PlanBackfill.answer>> {
    const { organisation_id, workflow_id, index, from, to } = question;
    const range = { from: Date.parse(from), to: Date.parse(to) };
    return { times: await this.backfills.plan({ organisation_id, workflow_id, index }, range) };
  }

  @OnRequest(RunBackfill, { heavy: true })
  async run(question: z.output<typeof RunBackfill.question>): Promise<z.output<typeof RunBackfill.answer>> {
    return { results: await this.backfills.run(question) };
  }
}
