import type { INestMicroservice } from '@nestjs/common';
import { RunRequested, VariablesSnapshot } from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { REDIS, type RedisConnection } from '@millrace/service-kit/redis';
import { startNats, startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, endOf, startExecution, startExecutor, workflowOf } from './executor.fixture.js';

const MEBIBYTE = 1024 * 1024;

let nats: OwnServer;
let redis: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;

beforeAll(async () => {
  [nats, redis] = await Promise.all([startNats(), startRedis()]);
  [bus, executor] = await Promise.all([connectClient(nats.url), startExecutor(nats.url, { redisUrl: redis.url })]);
  await waitUntil('Redis', () => executor.get<RedisConnection>(REDIS).status === 'ready');
  // An organisation may have 1 MiB of it while it starts, and 2 MiB while it runs.
  executor.get<NatsBus>(BUS).room.measured({ free: 3 * MEBIBYTE, limit: 4 * MEBIBYTE });
});
afterAll(async () => {
  await Promise.all([bus.close(), executor.close()]);
  await Promise.all([nats.stop(), redis.stop()]);
});

/** Steps that together store so many mebibytes. */
const storing = (mebibytes: number) =>
  workflowOf(
    Array.from({ length: 4 * mebibytes }, (_, index) => ({
      id: `make${index}`,
      type: 'transform',
      config: { output: "{{'x'.repeat(262144)}}" },
    })),
    { output: 'done' },
  );

test('an execution ends when its organisation has stored as much as it may, and those of others go on', async () => {
  const request = await startExecution(bus, storing(3));
  const end = await endOf(bus, request);
  expect(end).toMatchObject({
    type: 'failed',
    error: { code: 'QUOTA_EXCEEDED', details: { kind: 'storage', limit_bytes: 2 * MEBIBYTE } },
    path: 'make7',
  });
  const again = await endOf(bus, await startExecution(bus, storing(1)));
  expect(again).toMatchObject({ type: 'completed', output: 'done' });
  // For the services that accept starts.
  const client = executor.get<RedisConnection>(REDIS);
  await waitUntil('the charge', async () => {
    const [bytes] = await client.hvals(`storage:${request.organisation_id}`);
    return Number(bytes) > 1.7 * MEBIBYTE;
  });
});

test('an organisation is charged for the variables that each of its executions stores', async () => {
  const request = await aRequest(
    bus,
    workflowOf([{ id: 'make', type: 'transform', config: { output: 1 } }], { output: '{{variables.large.length}}' }),
  );
  const { organisation_id } = request;
  const variables = { large: JSON.stringify('x'.repeat(60_000)) };
  await bus.snapshots.put(VariablesSnapshot, { organisation_id }, { organisation_id, variables });
  await bus.publish(RunRequested, request);
  expect(await endOf(bus, request)).toMatchObject({ type: 'completed', output: 60_000 });
  const client = executor.get<RedisConnection>(REDIS);
  await waitUntil('the charge', async () => {
    const [bytes] = await client.hvals(`storage:${organisation_id}`);
    return Number(bytes) > 60_000;
  });
});
