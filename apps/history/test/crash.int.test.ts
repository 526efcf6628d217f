import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CountExecutions,
  ExecutionFinished,
  GetExecution,
  GetExecutionStats,
  FIRST_JOURNAL_LAYOUT,
  ListExecutions,
  newId,
  STREAMS,
} from '@millrace/contracts';
import { connectBus, silentLogger, type Bus } from '@millrace/messaging';
import { freePort, startMongo, startNats, uniqueName, waitUntil, type OwnServer } from '@millrace/testing';
import {
  append,
  aSubject,
  completed,
  consumerInfo,
  fiveSteps,
  httpStep,
  start,
  type Subject,
} from './start-history.js';

const main = join(__dirname, '../dist/program/main.js');

/** Real processes, killed as the kernel kills them. */
describe('a history process', () => {
  let nats: OwnServer;
  let mongo: OwnServer;
  let bus: Bus;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    if (!existsSync(main)) throw new Error('The service is not built. Run: pnpm --filter @millrace/history... build');
    [nats, mongo] = await Promise.all([startNats(), startMongo()]);
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  // A process that is left over would take entries of the next test into its own database.
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));
  afterAll(async () => {
    await bus.close();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  async function run(database: string): Promise<{
    child: ChildProcess;
    ready: () => Promise<{ status: string; checks: Record<string, { status: string }> }>;
  }> {
    const port = await freePort();
    const child = spawn(process.execPath, [main], {
      env: {
        MILLRACE_NATS_URL: nats.url,
        MILLRACE_MONGODB_URL: mongo.url,
        MILLRACE_MONGODB_DATABASE: database,
        MILLRACE_HEALTH_PORT: String(port),
        MILLRACE_LOG_LEVEL: 'error',
        MILLRACE_SHUTDOWN_GRACE_SECONDS: '2',
        MILLRACE_ACK_WAIT_SECONDS: '5',
      },
      stdio: 'ignore',
    });
    children.push(child);
    return { child, ready: async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).json() as never };
  }

  it('killed again and again loses nothing, counts nothing twice and announces each end once', async () => {
    const database = uniqueName('crash');
    const organisationId = newId('organisation');
    const workflowId = newId('workflow');
    let { child } = await run(database);
    const subjects = Array.from({ length: 4_000 }, () => aSubject({ organisationId, workflowId }));
    const publishing = (async () => {
      for (const [index, subject] of subjects.entries()) {
        if (index % 4) {
          void append(bus, subject, fiveSteps(subject));
        } else {
          await append(bus, subject, [start(subject), httpStep('call', 'step_started')]);
          await append(bus, subject, [httpStep('call', 'step_completed'), completed()]);
        }
      }
    })();
    for (let kills = 0; kills < 6; kills++) {
      await sleep(300 + kills * 130);
      child.kill('SIGKILL');
      ({ child } = await run(database));
    }
    await publishing;
    const count = async () =>
      (await bus.request(CountExecutions, { organisation_id: organisationId, workflow_ids: [workflowId] })).counts[
        workflowId
      ];
    await waitUntil('the count', async () => (await count()) === subjects.length, 90_000);
    const running = async () =>
      (await bus.request(ListExecutions, { organisation_id: organisationId, status: 'running', limit: 10 })).executions
        .length;
    await waitUntil('the last record', async () => (await running()) === 0, 60_000);

    const announced = async () =>
      (await bus.readSubject(ExecutionFinished, { organisation_id: organisationId })).map(
        (one) => one.payload.execution_id,
      );
    await waitUntil('the last announcement', async () => (await announced()).length >= subjects.length, 40_000);
    expect((await announced()).sort()).toEqual(subjects.map((subject) => subject.executionId).sort());
    for (const subject of subjects.filter((_, index) => index % 397 === 0)) {
      const resource = await bus.request(GetExecution, {
        organisation_id: organisationId,
        execution_id: subject.executionId,
      });
      expect(resource.status).toBe('completed');
    }
    expect(await count()).toBe(subjects.length);
    const figures = async () =>
      (await bus.request(GetExecutionStats, { organisation_id: organisationId, bucket: 'hour' })).totals.total;
    await waitUntil('the figures', async () => (await figures()) >= subjects.length, 60_000);
    expect(await figures()).toBe(subjects.length);
  });

  it('of two, each killed while it holds entries back, loses nothing, counts nothing twice and announces each end once', async () => {
    const database = uniqueName('replicas');
    const organisation_id = newId('organisation');
    const workflowId = newId('workflow');
    const replicas = [await run(database), await run(database)];
    for (const { ready } of replicas)
      await waitUntil('readiness', async () => (await ready().catch(() => null))?.status === 'up', 30_000);
    const subjects = Array.from({ length: 300 }, () => aSubject({ organisationId: organisation_id, workflowId }));
    const begin = (subject: Subject) => append(bus, subject, [start(subject), httpStep('call', 'step_started')]);
    const end = (subject: Subject) => append(bus, subject, [httpStep('call', 'step_completed'), completed()]);
    const unsettled = async () => {
      const shards = (FIRST_JOURNAL_LAYOUT.generations[0]?.streams ?? []).map((shard) =>
        consumerInfo(bus, `${STREAMS.journal}_${shard}`),
      );
      return (await Promise.all(shards)).reduce((sum, { num_ack_pending }) => sum + num_ack_pending, 0);
    };
    for (const [index, { child }] of replicas.entries()) {
      const half = subjects.filter((_, position) => position % 2 === index);
      const beginnings = Promise.all(half.map(begin));
      await waitUntil('some to be held back', async () => (await unsettled()) >= 20);
      child.kill('SIGKILL');
      await beginnings;
      await Promise.all(half.map(end));
      await run(database);
    }
    const announced = async () =>
      (await bus.readSubject(ExecutionFinished, { organisation_id })).map((one) => one.payload.execution_id);
    await waitUntil('all announcements', async () => (await announced()).length >= subjects.length, 60_000);
    expect((await announced()).sort()).toEqual(subjects.map(({ executionId }) => executionId).sort());
    const count = async () =>
      (await bus.request(CountExecutions, { organisation_id, workflow_ids: [workflowId] })).counts[workflowId];
    await waitUntil('the count', async () => (await count()) === subjects.length, 30_000);
    await waitUntil('all to be acknowledged', async () => (await unsettled()) === 0, 30_000);
    expect(await count()).toBe(subjects.length);
    for (const { executionId: execution_id } of subjects) {
      const { status, steps } = await bus.request(GetExecution, { organisation_id, execution_id });
      expect({ status, steps: steps.map((step) => step.status) }).toEqual({
        status: 'completed',
        steps: ['completed'],
      });
    }
  });

  it('started without MongoDB says so, and begins to work when it comes', async () => {
    await mongo.kill();
    const { child, ready } = await run(uniqueName('late'));
    await waitUntil('the report', async () => (await ready()).checks.mongodb?.status === 'down', 20_000);
    expect(await ready()).toMatchObject({ status: 'down', checks: { nats: { status: 'up' } } });
    const subject = aSubject();
    await append(bus, subject, fiveSteps(subject));
    // Longer than the driver's first attempt to connect.
    await sleep(7_000);
    await mongo.restart();
    await waitUntil('readiness', async () => (await ready()).status === 'up', 30_000);
    const list = () => bus.request(ListExecutions, { organisation_id: subject.organisationId, limit: 10 });
    await waitUntil('the record', async () => (await list()).executions[0]?.status === 'completed', 60_000);
    child.kill('SIGTERM');
    await waitUntil('the end', () => child.exitCode === 0, 10_000);
  });
});
