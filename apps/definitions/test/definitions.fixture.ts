import 'reflect-metadata';
import type { INestMicroservice } from '@nestjs/common';
import { connectBus, type NatsBus } from '@millrace/messaging';
import { createService } from '@millrace/service-kit/app';
import { parseConfig } from '@millrace/service-kit/config';
import { silentLogger } from '@millrace/service-kit/logging';
import { openMongo } from '@millrace/service-kit/mongo';
import { sharedMongo, startNats, uniqueName, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { configSchema } from '../src/config.js';
import { definitionsService } from '../src/service.js';
import { Upkeep } from '../src/upkeep.js';

export const DEV_TOKEN = 'dev-token-0123456789abcdef';

/** One replica of the service, in this process. */
export interface Replica {
  readonly app: INestMicroservice;
  stop(): Promise<void>;
}

/** The servers, a client like the gateway's, and direct access to the database. */
export interface Fixture {
  readonly nats: OwnServer;
  readonly database: string;
  readonly client: NatsBus;
  readonly mongo: ReturnType<typeof openMongo>;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts a replica and waits until its upkeep has prepared everything. */
  start(settings?: Readonly<Record<string, string>>, options?: { wait?: boolean }): Promise<Replica>;
  stop(): Promise<void>;
}

export async function openFixture(options: { mongo?: SharedServer } = {}): Promise<Fixture> {
  const [nats, server] = await Promise.all([startNats(), options.mongo ?? sharedMongo()]);
  const database = uniqueName('definitions');
  const client = await connectBus({ url: nats.url, name: 'test', logger: silentLogger(), validateOutgoing: true });
  const mongo = openMongo({ url: server.url, database, logger: silentLogger() });
  await mongo.asPromise();
  const environment = {
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_MONGODB_URL: server.url,
    MILLRACE_MONGODB_DATABASE: database,
    MILLRACE_PUBLIC_URL: 'https://millrace.test',
    MILLRACE_HEALTH_PORT: '9',
    MILLRACE_DEV_TOKEN: DEV_TOKEN,
    MILLRACE_SWEEP_SECONDS: '0.1',
    MILLRACE_LOG_LEVEL: 'fatal',
  };
  const replicas = new Set<Replica>();
  return {
    nats,
    database,
    client,
    mongo,
    environment,
    async start(settings = {}, { wait = true } = {}) {
      const result = parseConfig(configSchema, { ...environment, ...settings });
      if ('problems' in result) throw new Error(JSON.stringify(result.problems));
      const app = await createService(definitionsService(result.config), {
        logger: silentLogger(),
        messaging: { validateOutgoing: true },
      });
      await app.listen();
      const replica: Replica = {
        app,
        async stop() {
          replicas.delete(replica);
          await app.close();
        },
      };
      replicas.add(replica);
      if (wait) await waitUntil('the service to be prepared', () => app.get(Upkeep).check().up, 20_000);
      return replica;
    },
    async stop() {
      await Promise.all([...replicas].map((replica) => replica.stop()));
      await mongo.dropDatabase().catch(() => undefined);
      await mongo.close();
      await client.close();
      await nats.stop();
      if (!options.mongo) await server.stop();
    },
  };
}
