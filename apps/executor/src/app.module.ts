import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { organisationOfRun } from '@millrace/contracts';
import { RedisModule } from '@millrace/service-kit/redis';
import { SafeHttpClient } from '@millrace/service-kit/safe-http';
import { StorageQuota, storageQuotaProvider } from '@millrace/service-kit/storage-quota';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { workflowEnv } from '@millrace/service-kit/config';
import type { Logger } from '@millrace/service-kit/logging';
import { Keyring, SecretReader, SecretUses } from '@millrace/service-kit/sealing';
import { aiProviders, hostsOfModels, MODEL_CLIENT } from './ai/ai.provider.js';
import { AiController } from './ai/ai.controller.js';
import { AI_NEEDS, type CompletionNeeds } from './ai/completion.js';
import { CodeThreads } from './code/code-threads.js';
import { systemClock } from './clock.js';
import { SlotSweep } from './concurrency/slot-sweep.js';
import { callsToOrigin, type OwnConfig } from './config.js';
import { DueController } from './executions/due.controller.js';
import { executionsController } from './executions/executions.controller.js';
import { EndLinks } from './executions/end-links.js';
import { CLOCK, STEP_HANDLERS } from './executions/execution-tokens.js';
import { ExecutionsService } from './executions/executions.service.js';
import { FrozenValues } from './executions/frozen-values.js';
import { GivenUpService } from './executions/given-up.service.js';
import { NamesOfRuns } from './executions/name-hints.js';
import { ReadsOfRuns } from './executions/reads-of-runs.js';
import { ReusedResults } from './executions/reused-results.js';
import { RunNews } from './executions/run-news.js';
import { OriginTurns } from './http/origin-turns.js';
import { LaneKeeper, MOST_OWN_LANES } from './lanes/lane-keeper.js';
import { TextFollowers } from './live/text-followers.js';
import { ApprovalMailer } from './mail/approval-mailer.js';
import { MailSendersController } from './mail/mail-senders.controller.js';
import { mailProviders } from './mail/mail.provider.js';
import { MarkdownThreads } from './mail/markdown-threads.js';
import { Mailer } from './mail/mailer.js';
import { OrganisationSenders } from './mail/organisation-senders.js';
import { Restarts } from './restarts/restarts.js';
import { RestartsController } from './restarts/restarts.controller.js';
import { startSharesProvider } from './restarts/start-shares.provider.js';
import { SecretsOfRuns } from './secrets/run-secrets.js';
import { StepTestsController } from './step-tests/step-tests.controller.js';
import { stepTestsProvider } from './step-tests/step-tests.provider.js';
import { stepHandlers, type StepHandlers } from './steps/registry.js';

/** `User-Agent` of HTTP steps. Without the version: it would show every called server which flaws this one has. */
const USER_AGENT = 'Millrace';

/** What needs no more than the others. */
const WITHOUT_SETTINGS = [EndLinks, Restarts, GivenUpService, RunNews, TextFollowers, LaneKeeper, SlotSweep];

const READS_OF_RUNS: Provider = {
  provide: ReadsOfRuns,
  inject: [BUS, Keyring, StorageQuota, SecretUses, RunNews, TextFollowers],
  useFactory: (
    bus: Bus,
    keyring: Keyring,
    quota: StorageQuota,
    uses: SecretUses,
    news: RunNews,
    texts: TextFollowers,
  ) => {
    const secrets = new SecretsOfRuns(new SecretReader(bus, keyring, uses), keyring);
    const frozen = new FrozenValues(bus, workflowEnv(), quota);
    return new ReadsOfRuns(secrets, frozen, news, new ReusedResults(bus, quota, secrets), texts, new NamesOfRuns(bus));
  },
};

/** Reports to `definitions` every so many milliseconds which secrets were read. */
function secretUses(everyMs: number): Provider {
  return {
    provide: SecretUses,
    inject: [LOGGER, BUS],
    useFactory: (logger: Logger, bus: Bus) => new SecretUses(logger, bus, everyMs),
  };
}

/** The executor, inside of what `createService` provides. */
@Module({})
export class ExecutorModule implements OnApplicationShutdown {
  constructor(
    private readonly client: SafeHttpClient,
    @Inject(MODEL_CLIENT) private readonly modelClient: SafeHttpClient,
    private readonly mailer: Mailer,
    private readonly codeThreads: CodeThreads,
    private readonly markdownThreads: MarkdownThreads,
  ) {}

  static forRoot(config: OwnConfig, markdownThreads = new MarkdownThreads()): DynamicModule {
    const routes = config.MILLRACE_HTTP_ROUTES;
    const client = new SafeHttpClient({ allowed: config.MILLRACE_HTTP_ALLOWED_HOSTS, routes });
    const secretsOf = (organisationId: string) => routes.secretsOf(organisationId);
    const codeThreads = new CodeThreads();
    const turns = new OriginTurns(callsToOrigin(config));
    const modelClient = new SafeHttpClient({ allowed: hostsOfModels(config), routes });
    return {
      module: ExecutorModule,
      imports: config.MILLRACE_REDIS_URL === undefined ? [] : [RedisModule.forRoot({ url: config.MILLRACE_REDIS_URL })],
      controllers: [
        DueController,
        AiController,
        MailSendersController,
        RestartsController,
        StepTestsController,
        executionsController({
          concurrency: config.MILLRACE_EXECUTOR_CONCURRENCY,
          fairness: { keyOf: organisationOfRun, share: config.MILLRACE_EXECUTOR_ORGANISATION_SHARE },
        }),
      ],
      providers: [
        ExecutionsService,
        storageQuotaProvider(config.MILLRACE_STORAGE_QUOTA_PERCENT),
        { provide: Keyring, useValue: new Keyring(config.MILLRACE_MASTER_KEYS_FILE) },
        secretUses(config.MILLRACE_SECRET_USE_SECONDS * 1_000),
        READS_OF_RUNS,
        ...WITHOUT_SETTINGS,
        startSharesProvider(config.MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE),
        stepTestsProvider,
        { provide: MOST_OWN_LANES, useValue: config.MILLRACE_EXECUTOR_OWN_LANES },
        { provide: SafeHttpClient, useValue: client },
        { provide: MODEL_CLIENT, useValue: modelClient },
        { provide: CLOCK, useValue: systemClock },
        { provide: CodeThreads, useValue: codeThreads },
        { provide: MarkdownThreads, useValue: markdownThreads },
        ...mailProviders(config),
        ...aiProviders(config, USER_AGENT),
        {
          provide: STEP_HANDLERS,
          inject: [Mailer, OrganisationSenders, AI_NEEDS, BUS],
          useFactory: (mailer: Mailer, senders: OrganisationSenders, ai: CompletionNeeds, bus: Bus): StepHandlers =>
            stepHandlers({
              approval: { mails: new ApprovalMailer(bus, mailer, senders) },
              http: { client, userAgent: USER_AGENT, clock: systemClock, turns, secretsOf },
              ai_completion: ai,
              email: { mailer, senders, markdown: markdownThreads },
              code: { threads: codeThreads },
            }),
        },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.mailer.close();
    const closing = [this.client, this.modelClient, this.codeThreads, this.markdownThreads].map((one) => one.close());
    await Promise.all(closing);
  }
}
