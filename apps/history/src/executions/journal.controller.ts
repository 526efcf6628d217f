import { Controller } from '@nestjs/common';
import { JournalEntry, type JournalBatch } from '@millrace/contracts';
import { OnBatch, OnGivenUp, type BatchContext, type GivenUp, type Received } from '@millrace/messaging';
import { GivenUpService } from './given-up.service.js';
import { ProjectionService } from './projection.service.js';

/** How long entries of a running execution wait for its end, so that most executions are one write. Lists know nothing of them until then. */
const HOLD_MS = 1_000;

/** Takes the journal, in batches of each shard. */
@Controller()
export class JournalController {
  constructor(
    private readonly projection: ProjectionService,
    private readonly givenUp: GivenUpService,
  ) {}

  @OnBatch(JournalEntry, { group: 'history', maxMessages: 500, holdMs: HOLD_MS })
  async project(received: readonly Received<JournalBatch>[], context: BatchContext): Promise<void> {
    await this.projection.project(received, context);
  }

  @OnGivenUp(JournalEntry, { group: 'history' })
  async giveUp(given: GivenUp, context: { signal: AbortSignal }): Promise<void> {
    await this.givenUp.record(given, context.signal);
  }
}
