import { Module, type DynamicModule } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import { MongoModule } from '@millrace/service-kit/mongo';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { REDIS, RedisModule, type RedisConnection } from '@millrace/service-kit/redis';
import { Keyring } from '@millrace/service-kit/sealing';
import { ServerClock } from '@millrace/service-kit/server-clock';
import { storageQuotaProvider } from '@millrace/service-kit/storage-quota';
import { Collections } from './collections.repository.js';
import { CONFIG, type EmailIngestConfig } from './config.js';
import { HeldBytes } from './imap/held-bytes.js';
import { MailboxCensus } from './mailboxes/mailbox-census.js';
import { MailboxCursorsRepository } from './mailboxes/mailbox-cursors.repository.js';
import { MailboxDirectory } from './mailboxes/mailbox-directory.js';
import { MailboxEvents } from './mailboxes/mailbox-events.js';
import { MailboxHealthReader } from './mailboxes/mailbox-health.js';
import { MailboxesController } from './mailboxes/mailboxes.controller.js';
import { MailboxTests } from './mailboxes/mailbox-tests.js';
import { Watchers } from './mailboxes/watchers.js';
import { IngestedMessagesRepository } from './messages/ingested-messages.repository.js';
import { MessageIntake } from './messages/message-intake.js';
import { MessageRecords } from './messages/message-records.js';
import { MessageParser } from './parsing/message-parser.js';
import { RATE_LIMITER } from './rate-limits.tokens.js';
import { Upkeep } from './upkeep.js';

/** Wiring of the service, inside of what `createService` provides: the bus and the logger. */
@Module({})
export class AppModule {
  static forRoot(config: EmailIngestConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MongoModule.forRoot({ url: config.MILLRACE_MONGODB_URL, database: config.MILLRACE_MONGODB_DATABASE }),
        RedisModule.forRoot({ url: config.MILLRACE_REDIS_URL }),
      ],
      controllers: [MailboxesController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: Keyring, useValue: new Keyring(config.MILLRACE_MASTER_KEYS_FILE) },
        storageQuotaProvider(config.MILLRACE_STORAGE_QUOTA_PERCENT),
        {
          provide: ServerClock,
          inject: [BUS, LOGGER],
          useFactory: (bus: Bus, logger: Logger) => new ServerClock(bus, logger),
        },
        Collections,
        MailboxCursorsRepository,
        IngestedMessagesRepository,
        MailboxDirectory,
        MailboxHealthReader,
        { provide: EventTeller, inject: [BUS], useFactory: (bus: Bus) => new EventTeller(bus) },
        MailboxEvents,
        { provide: HeldBytes, useValue: new HeldBytes() },
        { provide: MessageParser, useValue: new MessageParser() },
        MessageIntake,
        MessageRecords,
        MailboxTests,
        {
          provide: RATE_LIMITER,
          inject: [REDIS],
          useFactory: (redis: RedisConnection) =>
            new RateLimiter(redis, { mailbox_tests: LIMITS.mailboxTestsPerMinute }),
        },
        Watchers,
        MailboxCensus,
        Upkeep,
      ],
    };
  }
}
