import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { HealthResult } from '@millrace/service-kit/health';
import type { Logger } from '@millrace/service-kit/logging';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { Collections } from './collections.repository.js';
import { MailboxCensus } from './mailboxes/mailbox-census.js';
import { Watchers } from './mailboxes/watchers.js';
import { IngestedMessagesRepository } from './messages/ingested-messages.repository.js';
import { MessageParser } from './parsing/message-parser.js';

const PRUNE_MS = 60 * 60 * 1_000;

/** What this service does without being asked: prepares the database, then watches the mailboxes that there are. */
@Injectable()
export class Upkeep extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly collections: Collections,
    private readonly messages: IngestedMessagesRepository,
    private readonly watchers: Watchers,
    private readonly census: MailboxCensus,
    private readonly parser: MessageParser,
  ) {
    super(logger);
  }

  /** For /health/ready. */
  check(): HealthResult {
    return this.prepared ? { up: true } : { up: false, detail: 'the database is not prepared yet' };
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await this.watchers.stop();
    await this.parser.stop();
  }

  protected override plan(): UpkeepPlan {
    const { watchers, census } = this;
    return {
      prepare: { name: 'Preparing the database', run: (stopping) => this.collections.prepare(stopping) },
      tasks: [
        { name: 'Looking for mailboxes', everyMs: watchers.everyMs, firstAfterMs: 0, run: () => watchers.refresh() },
        { name: 'Counting mailboxes', everyMs: census.everyMs, run: (stopping) => census.take(stopping) },
        { name: 'Forgetting old messages', everyMs: PRUNE_MS, run: () => this.messages.prune() },
      ],
    };
  }
}
