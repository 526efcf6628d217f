import { Module, type DynamicModule } from '@nestjs/common';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { openMongo } from '@millrace/service-kit/mongo';
import { DATABASE, DATABASE_OPTIONS, type DatabaseOptions } from './database.js';
import { ExecutionsModule } from './executions/executions.module.js';
import { KEEP_OPTIONS, type KeepOptions } from './keep-options.js';

/** Wiring of `history`: the database for the whole process, and the one feature. */
@Module({})
export class AppModule {
  static forRoot(options: DatabaseOptions, keep: KeepOptions): DynamicModule {
    const database = {
      provide: DATABASE,
      inject: [LOGGER],
      useFactory: (logger: Logger) => openMongo({ ...options, logger }),
    };
    const where = { provide: DATABASE_OPTIONS, useValue: options };
    return {
      module: AppModule,
      global: true,
      imports: [ExecutionsModule],
      providers: [where, database, { provide: KEEP_OPTIONS, useValue: keep }],
      exports: [DATABASE_OPTIONS, DATABASE, KEEP_OPTIONS],
    };
  }
}
