import { Module, type DynamicModule } from '@nestjs/common';
import { MessagingModule, type Bus } from '@millrace/messaging';
import type { Logger } from '@millrace/service-kit/logging';
import { Bootstrap } from './bootstrap/bootstrap.js';
import { CONFIG, type DefinitionsConfig } from './config.js';
import { OrganisationsRepository } from './organisations/organisations.repository.js';
import { Collections } from './persistence/collections.repository.js';
import { Database, type DatabaseConnection } from './persistence/database.js';
import { SnapshotRebuilder } from './snapshots/snapshot-rebuilder.js';
import { Sweeper } from './snapshots/sweeper.js';
import { TokenSnapshots } from './snapshots/token-snapshots.js';
import { WorkflowSnapshots } from './snapshots/workflow-snapshots.js';
import { TokensRepository } from './tokens/tokens.repository.js';
import { LOGGER, Upkeep } from './upkeep.js';
import { WebhookEndpointsRepository } from './webhook-endpoints/webhook-endpoints.repository.js';
import { WebhookEndpointsService } from './webhook-endpoints/webhook-endpoints.service.js';
import { WorkflowVersionsRepository } from './workflows/workflow-versions.repository.js';
import { WorkflowsController } from './workflows/workflows.controller.js';
import { WorkflowsRepository } from './workflows/workflows.repository.js';
import { WorkflowsService } from './workflows/workflows.service.js';

/** What the process hands in: its settings and its open connections. */
export interface DefinitionsOptions {
  readonly bus: Bus;
  readonly connection: DatabaseConnection;
  readonly config: DefinitionsConfig;
  readonly logger: Logger;
}

/** Wiring of `definitions`. */
@Module({})
export class AppModule {
  static forRoot(options: DefinitionsOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [MessagingModule.forBus(options.bus)],
      controllers: [WorkflowsController],
      providers: [
        { provide: CONFIG, useValue: options.config },
        { provide: LOGGER, useValue: options.logger },
        { provide: Database, useValue: new Database(options.connection) },
        OrganisationsRepository,
        TokensRepository,
        WebhookEndpointsRepository,
        WorkflowVersionsRepository,
        WorkflowsRepository,
        Collections,
        Bootstrap,
        WebhookEndpointsService,
        WorkflowSnapshots,
        TokenSnapshots,
        SnapshotRebuilder,
        Sweeper,
        WorkflowsService,
        Upkeep,
      ],
    };
  }
}
