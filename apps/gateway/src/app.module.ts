import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { LIMITS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { KeyShares } from '@millrace/service-kit/key-shares';
import { LocalRateLimiter, RateLimiter } from '@millrace/service-kit/rate-limits';
import { REDIS, RedisModule, type RedisConnection } from '@millrace/service-kit/redis';
import { storageQuotaProvider } from '@millrace/service-kit/storage-quota';
import { AccountController } from './account/account.controller.js';
import { ApprovalLinksController } from './approvals/approval-links.controller.js';
import { ApprovalsController } from './approvals/approvals.controller.js';
import { AuditLogController } from './audit/audit-log.controller.js';
import { AuditRecorder } from './audit/audit-recorder.js';
import { OperatorToken } from './auth/operator-token.js';
import { ScopeGuard } from './auth/scope.guard.js';
import { TokenGuard } from './auth/token.guard.js';
import { TokenUses } from './auth/token-uses.js';
import { AiModelsController } from './ai/ai-models.controller.js';
import { AiProvidersController } from './ai/ai-providers.controller.js';
import { CONFIG, type GatewayConfig } from './config.js';
import { DocumentationController } from './documentation/documentation.controller.js';
import { BulkController } from './executions/bulk.controller.js';
import { ExecutionStarter } from './executions/execution-starter.js';
import { ExecutionWaits, WAIT_ROOM, type WaitRoom } from './executions/execution-waits.js';
import { ExecutionValuesController } from './executions/execution-values.controller.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { RestartsController } from './executions/restarts.controller.js';
import { StartAnswers } from './executions/start-answers.js';
import { WaitingStarts } from './executions/waiting-starts.js';
import { FilesController } from './files/files.controller.js';
import { RunControlController } from './executions/run-control.controller.js';
import { StepRunsController } from './executions/step-runs.controller.js';
import { ApiExceptionFilter } from './http/api-exception-filter.js';
import { ManyHeadersGuard } from './http/many-headers.guard.js';
import { IdParametersGuard } from './http/id-parameters.guard.js';
import { JobsController } from './jobs/jobs.controller.js';
import { KeyedStarts } from './idempotency/keyed-starts.js';
import { KeyedWrites, TWIN_ROOM, WRITE_LEASE_MS } from './idempotency/keyed-writes.js';
import type { TwinRoom } from './idempotency/twin-waits.js';
import { RateLimitGuard, type ApiLimit } from './rate-limits/rate-limit.guard.js';
import { LINK_LIMITER, RATE_LIMITER, REFUSED_LIMITER } from './rate-limits/rate-limits.tokens.js';
import { RefusedCallers } from './rate-limits/refused-callers.js';
import { EventWatches } from './live/event-watches.js';
import { LIVE_BOUNDS, LIVE_BOUNDS_OF_PROCESS, type LiveBounds } from './live/live-bounds.js';
import { LiveController } from './live/live.controller.js';
import { OpenStreams } from './live/open-streams.js';
import { PlaceKeys } from './live/place-keys.js';
import { Streaming } from './live/streaming.js';
import { MailboxHealthReader } from './mailboxes/mailbox-health-reader.js';
import { EventSubscriptionsController } from './event-subscriptions/event-subscriptions.controller.js';
import { MailboxesController } from './mailboxes/mailboxes.controller.js';
import { DeadLettersController } from './operation/dead-letters.controller.js';
import { ProcessRollCall } from './operation/roll-call.js';
import { SystemController } from './operation/system.controller.js';
import { SystemService } from './operation/system.service.js';
import { OrganisationsController } from './organisations/organisations.controller.js';
import { MailSendersController } from './settings/mail-senders.controller.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SettingsController } from './settings/settings.controller.js';
import { CreditsController } from './credits/credits.controller.js';
import { StatsController } from './stats/stats.controller.js';
import { TriggersController } from './triggers/triggers.controller.js';
import { TokensController } from './tokens/tokens.controller.js';
import { Upkeep } from './upkeep.js';
import { ListenerPlaces } from './webhooks/listener-places.js';
import { ListeningController } from './webhooks/listening.controller.js';
import { WebhookOperationController } from './webhooks/webhook-operation.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { ExpressionsController } from './workflows/expressions.controller.js';
import { StepTestsController } from './workflows/step-tests.controller.js';
import { WorkflowVersionsController } from './workflows/workflow-versions.controller.js';
import { WorkflowDraftsController } from './workflows/workflow-drafts.controller.js';
import { WorkflowLifecycleController } from './workflows/workflow-lifecycle.controller.js';
import { WorkflowsController } from './workflows/workflows.controller.js';

/** What starts executions, and what carries out once what is sent twice. */
const STARTS_AND_KEYS = [
  ExecutionStarter,
  ExecutionWaits,
  WaitingStarts,
  StartAnswers,
  KeyedStarts,
  KeyShares,
  KeyedWrites,
];

/** Endpoints whose answer is a stream of events. */
const STREAMS = [OpenStreams, Streaming, EventWatches, ListenerPlaces, PlaceKeys];

/** Routes are tried in this order: the busiest first. */
const controllers = [
  WebhooksController,
  WebhookOperationController,
  ListeningController,
  ExecutionsController,
  ExecutionValuesController,
  StepRunsController,
  LiveController,
  FilesController,
  RunControlController,
  BulkController,
  ApprovalsController,
  ApprovalLinksController,
  RestartsController,
  StatsController,
  CreditsController,
  WorkflowsController,
  WorkflowLifecycleController,
  WorkflowDraftsController,
  WorkflowVersionsController,
  ExpressionsController,
  StepTestsController,
  SchedulesController,
  TriggersController,
  JobsController,
  SettingsController,
  MailboxesController,
  EventSubscriptionsController,
  MailSendersController,
  AiProvidersController,
  AiModelsController,
  TokensController,
  AccountController,
  OrganisationsController,
  DeadLettersController,
  SystemController,
  AuditLogController,
  DocumentationController,
];

/** Endpoints that report the state of the installation to its operator. */
const OPERATION = [ProcessRollCall, SystemService];

/** Requests that wait for others under the same key. */
const TWINS: TwinRoom = {
  all: LIMITS.waitingTwins,
  perOrganisation: LIMITS.waitingTwinsPerOrganisation,
  waitMs: LIMITS.twinWaitMs,
};

/** Wiring of the gateway. */
@Module({})
export class AppModule {
  /** `clock` is the time by which calls are counted, in milliseconds since the epoch; `writeLeaseMs` and `twinRoom`: see {@link KeyedWrites}. */
  static forRoot(
    config: GatewayConfig,
    clock: () => number = Date.now,
    writeLeaseMs: number = LIMITS.idempotencyLeaseMs,
    waitRoom: WaitRoom = { all: LIMITS.waitingStarts, perOrganisation: LIMITS.waitingStartsPerOrganisation },
    liveBounds: LiveBounds = LIVE_BOUNDS,
    twinRoom: TwinRoom = TWINS,
  ): DynamicModule {
    const apiLimits: Record<ApiLimit, number> = {
      api: config.MILLRACE_RATE_LIMIT_API_PER_HOUR,
      executions: config.MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE,
      operator: LIMITS.operatorCallsPerMinute,
    };
    const refusedLimit = config.MILLRACE_RATE_LIMIT_REFUSED_WEBHOOKS_PER_MINUTE;
    return {
      module: AppModule,
      imports: [RedisModule.forRoot({ url: config.MILLRACE_REDIS_URL })],
      controllers,
      providers: [
        { provide: CONFIG, useValue: config },
        TokenUses,
        { provide: OperatorToken, useValue: new OperatorToken(config.MILLRACE_OPERATOR_TOKEN) },
        Upkeep,
        ...STARTS_AND_KEYS,
        ...STREAMS,
        { provide: LIVE_BOUNDS_OF_PROCESS, useValue: liveBounds },
        MailboxHealthReader,
        ...OPERATION,
        AuditRecorder,
        { provide: WAIT_ROOM, useValue: waitRoom },
        { provide: WRITE_LEASE_MS, useValue: writeLeaseMs },
        { provide: TWIN_ROOM, useValue: twinRoom },
        RefusedCallers,
        storageQuotaProvider(config.MILLRACE_STORAGE_QUOTA_PERCENT),
        {
          provide: RATE_LIMITER,
          inject: [REDIS],
          useFactory: (redis: RedisConnection) => new RateLimiter(redis, apiLimits, clock),
        },
        {
          provide: LINK_LIMITER,
          useValue: new LocalRateLimiter('approval_links', LIMITS.approvalLinkCallsPerMinute, clock),
        },
        { provide: REFUSED_LIMITER, useValue: new LocalRateLimiter('refused_webhooks', refusedLimit, clock) },
        // Order matters: who calls, then whether it may call that often, then whether it may call that, then what about.
        { provide: APP_GUARD, useClass: TokenGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: ManyHeadersGuard },
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_GUARD, useClass: IdParametersGuard },
        {
          provide: APP_FILTER,
          inject: [LOGGER],
          useFactory: (logger: Logger) => new ApiExceptionFilter(logger),
        },
      ],
    };
  }
}
