import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import { MailboxCursorsRepository } from './mailboxes/mailbox-cursors.repository.js';
import { IngestedMessagesRepository } from './messages/ingested-messages.repository.js';

/** All collections of this service. */
@Injectable()
export class Collections {
  constructor(
    private readonly database: Database,
    private readonly cursors: MailboxCursorsRepository,
    private readonly messages: IngestedMessagesRepository,
  ) {}

  /** Waits for the database and creates the indexes that the schemas declare, where they are missing. Throws SERVICE_UNAVAILABLE. */
  async prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    for (const { model } of [this.cursors, this.messages]) {
      // Building an index on a full collection may take long, so there is no time limit; the connection must be there.
      await this.database.run(async () => undefined);
      await model.createIndexes();
    }
  }
}
