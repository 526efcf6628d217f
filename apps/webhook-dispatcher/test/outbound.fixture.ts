import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventSubscriptionContext,
  EventSubscriptionsSnapshot,
  EventTypesSnapshot,
  ExecutionFinished,
  newId,
  type FinishedExecution,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { silentLogger } from '@millrace/service-kit/logging';
import { Keyring, sealed } from '@millrace/service-kit/sealing';
import { FakeHttpServer, sharedMongo, sharedRedis, startNats, uniqueName, type OwnServer } from '@millrace/testing';
import type { INestMicroservice } from '@nestjs/common';
import { configSchema } from '../src/config.js';
import { EventDeliveriesRepository } from '../src/outbound/event-deliveries.repository.js';
import { webhookDispatcherService } from '../src/service.js';
import { startDefinitions, type Disabling } from './definitions.fixture.js';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A dispatcher with a database, and endpoints that it calls. */
export class OutboundScene {
  bus: Bus;
  deliveries: EventDeliveriesRepository;
  /** Added to the clock of the dispatcher, in milliseconds. */
  ahead = 0;
  /** So much further ahead each time that the clock is read, in milliseconds. */
  pace = 0;
  readonly #subscriptions = new Map<string, Map<string, StoredEventSubscription>>();

  private constructor(
    public app: INestMicroservice,
    readonly endpoints: FakeHttpServer,
    /** What `definitions` was asked to disable. */
    readonly disabled: Disabling[],
    private readonly others: {
      readonly definitions: INestMicroservice;
      readonly nats: OwnServer;
      readonly start: () => Promise<INestMicroservice>;
    },
    private readonly folder: string,
    clock: { read: () => number },
  ) {
    this.bus = app.get<Bus>(BUS);
    this.deliveries = app.get(EventDeliveriesRepository);
    clock.read = () => Date.now() + (this.ahead += this.pace);
  }

  static async open(settings: Record<string, string> = {}): Promise<OutboundScene> {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-outbound-'));
    const keys = join(folder, 'master-keys');
    writeFileSync(keys, `first ${randomBytes(32).toString('base64')}\n`);
    const [nats, mongo, redis, endpoints] = await Promise.all([
      startNats(),
      sharedMongo(),
      sharedRedis(),
      FakeHttpServer.start(),
    ]);
    const config = configSchema.parse({
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_MONGODB_URL: mongo.url,
      MILLRACE_MONGODB_DATABASE: uniqueName('outbound'),
      MILLRACE_REDIS_URL: redis.url,
      MILLRACE_STORAGE_QUOTA_PERCENT: '0',
      MILLRACE_MASTER_KEYS_FILE: keys,
      MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
      MILLRACE_HEALTH_PORT: '9',
      MILLRACE_LOG_LEVEL: 'fatal',
      ...settings,
    });
    const clock = { read: Date.now };
    const start = async (): Promise<INestMicroservice> => {
      const service = webhookDispatcherService(config, () => clock.read());
      const app = await createService(service, { logger: silentLogger() });
      await app.listen();
      return app;
    };
    const app = await start();
    const disabled: Disabling[] = [];
    const definitions = await startDefinitions(config, disabled);
    return new OutboundScene(app, endpoints, disabled, { definitions, nats, start }, folder, clock);
  }

  /** Another process takes the place of the dispatcher, once `meanwhile` is done. */
  async replace(meanwhile?: () => void): Promise<void> {
    await this.app.close();
    meanwhile?.();
    this.app = await this.others.start();
    this.bus = this.app.get<Bus>(BUS);
    this.deliveries = this.app.get(EventDeliveriesRepository);
  }

  async close(): Promise<void> {
    await this.others.definitions.close();
    await this.app.close();
    await Promise.all([this.others.nats.stop(), this.endpoints.stop()]);
    rmSync(this.folder, { recursive: true });
  }

  /** A subscription of an organisation, published as `definitions` does. */
  async subscribe(organisation_id: string, changes: Partial<StoredEventSubscription> = {}): Promise<string> {
    const id = newId('subscription');
    const stored: StoredEventSubscription = {
      url: `${this.endpoints.url}/${id}`,
      events: ['execution.completed', 'execution.failed'],
      workflow_id: null,
      description: null,
      status: 'active',
      disabled_reason: null,
      since: new Date(Date.now() - 60_000).toISOString(),
      secret: this.sealed(organisation_id, id, SECRET),
      previous: null,
      ...changes,
    };
    await this.put(organisation_id, id, stored);
    return id;
  }

  /** Publishes another state of one; null deletes it. */
  async put(organisation_id: string, id: string, stored: StoredEventSubscription | null): Promise<void> {
    const all = this.#subscriptions.get(organisation_id) ?? new Map<string, StoredEventSubscription>();
    this.#subscriptions.set(organisation_id, all);
    if (stored === null) all.delete(id);
    else all.set(id, stored);
    const subscriptions = Object.fromEntries([...all].map(([key, value]) => [key, JSON.stringify(value)]));
    const owner = { organisation_id };
    await this.bus.snapshots.put(EventSubscriptionsSnapshot, owner, { organisation_id, subscriptions });
    const active = [...all.values()].filter(({ status }) => status === 'active');
    const types = [...new Set(active.flatMap(({ events }) => events))];
    await this.bus.snapshots.put(EventTypesSnapshot, owner, { organisation_id, types });
  }

  stored(organisation_id: string, id: string): StoredEventSubscription {
    const stored = this.#subscriptions.get(organisation_id)?.get(id);
    if (stored === undefined) throw new Error(`No subscription ${id}`);
    return stored;
  }

  sealed(organisation_id: string, id: string, secret: string): string {
    return sealed(secret, eventSubscriptionContext(organisation_id, id), new Keyring(join(this.folder, 'master-keys')));
  }

  /** An execution has ended. */
  async finish(organisation_id: string, changes: Partial<FinishedExecution> = {}): Promise<string> {
    const execution_id = newId('execution');
    const now = new Date().toISOString();
    const finished: FinishedExecution = {
      execution_id,
      organisation_id,
      workflow_id: newId('workflow'),
      version: 1,
      status: 'completed',
      started_at: now,
      completed_at: now,
      duration_ms: 12,
      ...changes,
    };
    await this.bus.publish(ExecutionFinished, finished);
    return execution_id;
  }

  /** The deliveries of a subscription as they are recorded, newest first. */
  async recorded(organisation_id: string, subscription_id: string) {
    return (await this.deliveries.list({ organisation_id, subscription_id }, { limit: 100 })).deliveries;
  }
}
