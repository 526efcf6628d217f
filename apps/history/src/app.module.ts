import { Module, type DynamicModule } from '@nestjs/common';
import { MongoModule, type MongoOptions } from '@millrace/service-kit/mongo';
import { ExecutionsModule } from './executions/executions.module.js';
import { KEEP_OPTIONS, type KeepOptions } from './keep-options.js';
import { JOURNAL_SHARDS } from './upkeep/journal-layout-keeper.js';

/** Wiring of `history`: the database for the whole process, and the one feature. */
@Module({})
export class AppModule {
  static forRoot(database: MongoOptions, keep: KeepOptions, journalShards: number): DynamicModule {
    return {
      module: AppModule,
      global: true,
      imports: [MongoModule.forRoot(database), ExecutionsModule],
      providers: [
        { provide: KEEP_OPTIONS, useValue: keep },
        { provide: JOURNAL_SHARDS, useValue: journalShards },
      ],
      exports: [KEEP_OPTIONS, JOURNAL_SHARDS],
    };
  }
}
