import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { BUS, type Bus } from '@millrace/messaging';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { KeyedWriteInterceptor } from '@millrace/service-kit/keyed-write';
import { MongoModule } from '@millrace/service-kit/mongo';
import { AiProvidersController } from './ai/ai-providers.controller.js';
import { AiProvidersService } from './ai/ai-providers.service.js';
import { AuditLogController } from './audit/audit-log.controller.js';
import { AuditLogRepository } from './audit/audit-log.repository.js';
import { AuditLogService } from './audit/audit-log.service.js';
import { NotedChangesInterceptor } from './audit/noted-changes.js';
import { Bootstrap } from './bootstrap/bootstrap.js';
import { CapabilitiesController } from './capabilities/capabilities.controller.js';
import { CONFIG, type DefinitionsConfig } from './config.js';
import { OrganisationRemains } from './organisations/organisation-remains.js';
import { OrganisationsController } from './organisations/organisations.controller.js';
import { OrganisationsRepository } from './organisations/organisations.repository.js';
import { OrganisationsService } from './organisations/organisations.service.js';
import { WorkflowBytes } from './organisations/workflow-bytes.js';
import { Keyring } from '@millrace/service-kit/sealing';
import { Collections, REPOSITORIES, type IndexedRepository } from './persistence/collections.repository.js';
import { RecordUpkeep } from './record-upkeep.js';
import { MailSendersController } from './settings/mail-senders.controller.js';
import { MailSendersService } from './settings/mail-senders.service.js';
import { MasterKeyRotation } from './settings/master-key-rotation.js';
import { SecretsService } from './settings/secrets.service.js';
import { SettingsController } from './settings/settings.controller.js';
import { CreditBook } from './credits/credit-book.js';
import { CreditEntriesRepository } from './credits/credit-entries.repository.js';
import { CreditUsageRepository } from './credits/credit-usage.repository.js';
import { CreditsController } from './credits/credits.controller.js';
import { CreditsService } from './credits/credits.service.js';
import { EventSubscriptionsController } from './event-subscriptions/event-subscriptions.controller.js';
import { EventSubscriptionsService } from './event-subscriptions/event-subscriptions.service.js';
import { StartsController } from './starts/starts.controller.js';
import { EventWatchController } from './event-watch/event-watch.controller.js';
import { ExpressionsController } from './expressions/expressions.controller.js';
import { BackfilledTimesRepository } from './jobs/backfilled-times.repository.js';
import { BackfillJob } from './jobs/backfill-job.js';
import { BulkJob } from './jobs/bulk-job.js';
import { JobRunner } from './jobs/job-runner.js';
import { JobsController } from './jobs/jobs.controller.js';
import { JobsRepository } from './jobs/jobs.repository.js';
import { JobsService } from './jobs/jobs.service.js';
import { MailboxesController } from './mailboxes/mailboxes.controller.js';
import { MailboxesService } from './mailboxes/mailboxes.service.js';
import {
  AiProvidersRepository,
  EventSubscriptionsRepository,
  MailboxesRepository,
  MailSendersRepository,
  SecretsRepository,
  SETTINGS_REPOSITORIES,
  VariablesRepository,
  type SettingsRepository,
} from './settings/settings.repository.js';
import { VariablesService } from './settings/variables.service.js';
import { OrganisationSnapshots } from './snapshots/organisation-snapshots.js';
import { SettingSnapshots } from './snapshots/setting-snapshots.js';
import { SnapshotRebuilder } from './snapshots/snapshot-rebuilder.js';
import { SnapshotUpkeep } from './snapshots/snapshot-upkeep.js';
import { Sweeper } from './snapshots/sweeper.js';
import { TokenSnapshots } from './snapshots/token-snapshots.js';
import { WorkflowEvents } from './snapshots/workflow-events.js';
import { WorkflowPublisher } from './snapshots/workflow-publisher.js';
import { WorkflowSnapshots } from './snapshots/workflow-snapshots.js';
import { TokensController } from './tokens/tokens.controller.js';
import { TestPlansController } from './test-runs/test-plans.controller.js';
import { TestPlans } from './test-runs/test-plans.service.js';
import { TokensRepository } from './tokens/tokens.repository.js';
import { TokensService } from './tokens/tokens.service.js';
import { triggerPlugins } from './triggers/registry.js';
import { TriggerList } from './triggers/trigger-list.js';
import { TriggerListRepository } from './triggers/trigger-list.repository.js';
import { Triggers } from './triggers/triggers.js';
import { TriggersController } from './triggers/triggers.controller.js';
import { WebhookAddresses } from './triggers/webhook-addresses.js';
import { WebhookSecrets } from './triggers/webhook-secrets.js';
import { WebhooksController } from './triggers/webhooks.controller.js';
import { ScheduleSwitch } from './triggers/schedule-switch.js';
import { SchedulesController } from './triggers/schedules.controller.js';
import { Upkeep } from './upkeep.js';
import { WebhookEndpointsRepository } from './webhook-endpoints/webhook-endpoints.repository.js';
import { DocumentChecks } from './workflows/document-checks.js';
import { DocumentTexts } from './workflows/document-texts.js';
import { DocumentValidator } from './workflows/document-validator.js';
import { VersionStore } from './workflows/version-store.js';
import { VersionPruner } from './workflows/version-pruner.js';
import { CodeSyntax } from './workflows/code-syntax.js';
import { KnownNamesReader } from './workflows/known-names.js';
import { NextVersion } from './workflows/next-version.js';
import { WorkflowCreator } from './workflows/workflow-creator.js';
import { WorkflowRestorer } from './workflows/workflow-restorer.js';
import { WorkflowReader } from './workflows/workflow-reader.js';
import { WorkflowVersionsRepository } from './workflows/workflow-versions.repository.js';
import { WorkflowsController } from './workflows/workflows.controller.js';
import { WorkflowsRepository } from './workflows/workflows.repository.js';
import { WorkflowWriter } from './workflows/workflow-writer.js';
import { WorkflowsService } from './workflows/workflows.service.js';
import { ListBackfill } from './workflow-lists/list-backfill.js';
import { WorkflowListsController } from './workflow-lists/workflow-lists.controller.js';
import { WorkflowListsRepository } from './workflow-lists/workflow-lists.repository.js';
import { WorkflowListsService } from './workflow-lists/workflow-lists.service.js';
import { WorkflowDraftsController } from './workflow-drafts/workflow-drafts.controller.js';
import { WorkflowDraftsRepository } from './workflow-drafts/workflow-drafts.repository.js';
import { WorkflowDraftsService } from './workflow-drafts/workflow-drafts.service.js';
import { WorkflowVersionsController } from './workflow-versions/workflow-versions.controller.js';
import { WorkflowTexts } from './workflow-versions/workflow-texts.js';
import { WorkflowVersionsService } from './workflow-versions/workflow-versions.service.js';

const settingsRepositories = [
  SecretsRepository,
  VariablesRepository,
  MailboxesRepository,
  MailSendersRepository,
  AiProvidersRepository,
  EventSubscriptionsRepository,
];

const repositories = [
  OrganisationsRepository,
  TokensRepository,
  WebhookEndpointsRepository,
  WorkflowVersionsRepository,
  WorkflowsRepository,
  WorkflowDraftsRepository,
  AuditLogRepository,
  JobsRepository,
  BackfilledTimesRepository,
  CreditEntriesRepository,
  CreditUsageRepository,
  ...settingsRepositories,
];

const repositoryProviders: Provider[] = [
  ...repositories,
  { provide: REPOSITORIES, inject: repositories, useFactory: (...all: IndexedRepository[]) => all },
  { provide: SETTINGS_REPOSITORIES, inject: settingsRepositories, useFactory: (...all: SettingsRepository[]) => all },
];

const snapshotProviders: Provider[] = [
  { provide: EventTeller, inject: [BUS], useFactory: (bus: Bus) => new EventTeller(bus) },
  WorkflowEvents,
  WorkflowPublisher,
  WorkflowSnapshots,
  SettingSnapshots,
  TokenSnapshots,
  OrganisationRemains,
  OrganisationSnapshots,
  SnapshotRebuilder,
  Sweeper,
  SnapshotUpkeep,
];

const settingProviders: Provider[] = [
  SecretsService,
  VariablesService,
  MailboxesService,
  MailSendersService,
  AiProvidersService,
  EventSubscriptionsService,
  MasterKeyRotation,
];

const listProviders: Provider[] = [
  WorkflowListsRepository,
  WorkflowListsService,
  ListBackfill,
  TriggerListRepository,
  TriggerList,
];

const controllers = [
  TestPlansController,
  WorkflowsController,
  WorkflowListsController,
  WorkflowVersionsController,
  WorkflowDraftsController,
  SettingsController,
  MailboxesController,
  MailSendersController,
  AiProvidersController,
  EventSubscriptionsController,
  EventWatchController,
  StartsController,
  TokensController,
  SchedulesController,
  WebhooksController,
  TriggersController,
  JobsController,
  CapabilitiesController,
  ExpressionsController,
  OrganisationsController,
  AuditLogController,
  CreditsController,
];

/** What reads documents and finds what is wrong with them. */
const DOCUMENT_CHECKS: readonly Provider[] = [CodeSyntax, KnownNamesReader, DocumentChecks, DocumentTexts];

/** What is asked about webhook triggers. */
const WEBHOOK_TRIGGERS = [WebhookAddresses, WebhookSecrets];

/** Of every question. */
const INTERCEPTORS = [NotedChangesInterceptor, KeyedWriteInterceptor].map((useClass) => ({
  provide: APP_INTERCEPTOR,
  useClass,
}));

/** Wiring of `definitions`. */
@Module({})
export class AppModule {
  static forRoot(config: DefinitionsConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [MongoModule.forRoot({ url: config.MILLRACE_MONGODB_URL, database: config.MILLRACE_MONGODB_DATABASE })],
      controllers,
      providers: [
        { provide: CONFIG, useValue: config },
        ...repositoryProviders,
        Collections,
        Bootstrap,
        {
          provide: Triggers,
          inject: [WebhookEndpointsRepository, WorkflowsRepository, BUS],
          useFactory: (endpoints: WebhookEndpointsRepository, workflows: WorkflowsRepository, { snapshots }: Bus) =>
            new Triggers(
              triggerPlugins({
                ...{ endpoints, workflows, snapshots },
                schedulesPerOrganisation: config.MILLRACE_SCHEDULES_PER_ORGANISATION,
              }),
            ),
        },
        { provide: Keyring, useValue: new Keyring(config.MILLRACE_MASTER_KEYS_FILE) },
        ...snapshotProviders,
        WorkflowBytes,
        VersionStore,
        VersionPruner,
        ...settingProviders,
        ...DOCUMENT_CHECKS,
        WorkflowReader,
        WorkflowWriter,
        WorkflowCreator,
        WorkflowRestorer,
        DocumentValidator,
        NextVersion,
        WorkflowsService,
        ...listProviders,
        WorkflowVersionsService,
        TestPlans,
        WorkflowTexts,
        WorkflowDraftsService,
        ScheduleSwitch,
        ...WEBHOOK_TRIGGERS,
        TokensService,
        OrganisationsService,
        CreditBook,
        CreditsService,
        RecordUpkeep,
        AuditLogService,
        JobsService,
        BackfillJob,
        BulkJob,
        JobRunner,
        ...INTERCEPTORS,
        Upkeep,
      ],
    };
  }
}
