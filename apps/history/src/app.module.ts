import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { openMongo } from '@millrace/service-kit/mongo';
import { DATABASE } from './database.js';
import { ExecutionsModule } from './executions/executions.module.js';

/** Where the records are kept. */
export interface HistoryOptions {
  readonly url: string;
  readonly database: string;
}

/** Wiring of `history`: the database for the whole process, and the one feature. */
@Module({})
export class AppModule {
  static forRoot(options: HistoryOptions): DynamicModule {
    const database = {
      provide: DATABASE,
      inject: [LOGGER],
      useFactory: (logger: Logger) => openMongo({ ...options, logger }),
    };
    return { module: AppModule, imports: [ExecutionsModule], providers: [database], exports: [DATABASE], global: true };
  }
}
