import { Controller } from '@nestjs/common';
import { JournalEntry, type JournalBatch } from '@millrace/contracts';
import { OnBatch, type Received } from '@millrace/messaging';
import { ProjectionService } from './projection.service.js';

/** Takes the journal, in batches of each shard. */
@Controller()
export class JournalController {
  constructor(private readonly projection: ProjectionService) {}

  @OnBatch(JournalEntry, { group: 'history', maxMessages: 500 })
  async project(received: readonly Received<JournalBatch>[], context: { signal: AbortSignal }): Promise<void> {
    await this.projection.project(received, context.signal);
  }
}
