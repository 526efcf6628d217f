import { Module, type DynamicModule, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { KeyShares } from '@millrace/service-kit/key-shares';
import type { Logger } from '@millrace/service-kit/logging';
import { RateLimiter } from '@millrace/service-kit/rate-limits';
import { MongoModule } from '@millrace/service-kit/mongo';
import { REDIS, RedisModule, type RedisConnection } from '@millrace/service-kit/redis';
import { SafeHttpClient } from '@millrace/service-kit/safe-http';
import { storageQuotaProvider } from '@millrace/service-kit/storage-quota';
import { Keyring, SecretReader, SecretUses } from '@millrace/service-kit/sealing';
import type { WebhookDispatcherConfig } from './config.js';
import { Deliveries } from './inbound/deliveries.js';
import { InboundController } from './inbound/inbound.controller.js';
import { InboundService } from './inbound/inbound.service.js';
import { CalledFiles } from './inbound/called-files.js';
import { CallListeners } from './inbound/call-listeners.js';
import { CallLog } from './inbound/call-log.js';
import { MissedCalls } from './inbound/missed-calls.js';
import { RecordedCalls } from './inbound/recorded-calls.js';
import { RefusedCalls } from './inbound/refused-calls.js';
import { RefusingWebhooks } from './inbound/refusing-webhooks.js';
import { SampleCalls } from './inbound/sample-calls.js';
import { ShownCalls } from './inbound/shown-calls.js';
import { WebhookCallsRepository } from './inbound/webhook-calls.repository.js';
import { CLOCK } from './outbound/clock.js';
import { DeliveryAttempts } from './outbound/delivery-attempts.js';
import { DeliveryRecords } from './outbound/delivery-records.js';
import { EndpointCall, PROXY_SECRETS, type ProxySecrets } from './outbound/endpoint-call.js';
import { EventDeliveriesController } from './outbound/event-deliveries.controller.js';
import { EventDeliveriesRepository } from './outbound/event-deliveries.repository.js';
import { EventDeliveriesService } from './outbound/event-deliveries.service.js';
import { EventEndpointsRepository } from './outbound/event-endpoints.repository.js';
import { EventRouter } from './outbound/event-router.js';
import { OutboundController } from './outbound/outbound.controller.js';
import { OutboundUpkeep } from './outbound/outbound-upkeep.js';
import { SubscriptionSwitch } from './outbound/subscription-switch.js';
import { Subscriptions } from './outbound/subscriptions.js';
import { WaitingDeliveries } from './outbound/waiting-deliveries.js';
import { RATE_LIMITER } from './rate-limits.tokens.js';

const outboundProviders = [
  Subscriptions,
  EventRouter,
  EndpointCall,
  SubscriptionSwitch,
  DeliveryAttempts,
  DeliveryRecords,
  EventDeliveriesRepository,
  EventEndpointsRepository,
  EventDeliveriesService,
  OutboundUpkeep,
  WaitingDeliveries,
];

/** The way to the endpoints of subscriptions. */
function endpointsReachedBy({
  MILLRACE_HTTP_ALLOWED_HOSTS: allowed,
  MILLRACE_HTTP_ROUTES: routes,
}: WebhookDispatcherConfig): Provider[] {
  const proxySecrets: ProxySecrets = (organisationId) => routes.secretsOf(organisationId);
  return [
    { provide: SafeHttpClient, useValue: new SafeHttpClient({ allowed, routes }) },
    { provide: PROXY_SECRETS, useValue: proxySecrets },
  ];
}

/** Wiring of the webhook dispatcher. */
@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly client: SafeHttpClient) {}

  /** `clock` is the time by which calls are counted, in milliseconds since the epoch. */
  static forRoot(config: WebhookDispatcherConfig, clock: () => number = Date.now): DynamicModule {
    const keyring = new Keyring(config.MILLRACE_MASTER_KEYS_FILE);
    const limits = { webhooks: config.MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE };
    return {
      module: AppModule,
      imports: [
        RedisModule.forRoot({ url: config.MILLRACE_REDIS_URL }),
        MongoModule.forRoot({ url: config.MILLRACE_MONGODB_URL, database: config.MILLRACE_MONGODB_DATABASE }),
      ],
      controllers: [InboundController, OutboundController, EventDeliveriesController],
      providers: [
        InboundService,
        WebhookCallsRepository,
        CallLog,
        CalledFiles,
        RefusedCalls,
        RecordedCalls,
        CallListeners,
        MissedCalls,
        ShownCalls,
        SampleCalls,
        RefusingWebhooks,
        { provide: EventTeller, inject: [BUS], useFactory: (bus: Bus) => new EventTeller(bus) },
        KeyShares,
        {
          provide: Deliveries,
          inject: [BUS, KeyShares],
          useFactory: (bus: Bus, shares: KeyShares) => new Deliveries(bus, shares),
        },
        storageQuotaProvider(config.MILLRACE_STORAGE_QUOTA_PERCENT),
        {
          provide: SecretUses,
          inject: [LOGGER, BUS],
          useFactory: (logger: Logger, bus: Bus) =>
            new SecretUses(logger, bus, config.MILLRACE_SECRET_USE_SECONDS * 1_000),
        },
        {
          provide: SecretReader,
          inject: [BUS, SecretUses],
          useFactory: (bus: Bus, uses: SecretUses) => new SecretReader(bus, keyring, uses),
        },
        { provide: Keyring, useValue: keyring },
        { provide: CLOCK, useValue: clock },
        ...endpointsReachedBy(config),
        ...outboundProviders,
        {
          provide: RATE_LIMITER,
          inject: [REDIS],
          useFactory: (redis: RedisConnection) => new RateLimiter(redis, limits, clock),
        },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}
