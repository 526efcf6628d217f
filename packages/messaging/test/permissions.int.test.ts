import { Controller } from '@nestjs/common';
import {
  CountExecutions,
  ExecutionAnswered,
  ExecutionDue,
  ExecutionFinished,
  finishedMessageId,
  JournalEntry,
  defineSnapshot,
  RunRequested,
  ScheduleSnapshot,
  SecretsSnapshot,
  TokenSnapshot,
  VersionSnapshot,
  type DueExecution,
  type JournalBatch,
  type RunRequest,
} from '@millrace/contracts';
import { z } from 'zod';
import { connect, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { aJournalEntry, aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  connectBus,
  natsUsers,
  OnBatch,
  OnMessage,
  OnRequest,
  silentLogger,
  TOPOLOGY,
  type ConsumerSpec,
  type NatsBus,
  type Received,
} from '../src/index.js';
import { withLaneFor } from '../src/lanes/lane-policy.js';
import { inboxPrefix } from '../src/permissions.js';
import { startService, type TestService } from './start-service.js';

const NAMES = natsUsers().map(({ user }) => user);
/** Lanes come and go as soon as they can. */
const topology = {
  ...TOPOLOGY,
  ownLaneTimes: { roundMs: 0, quietMs: 0, drainedMs: 0, keeperMs: 60_000, sweepMs: 0 },
};
const RECORD = defineSnapshot({ name: 'record', key: () => 'wf_1.0', schema: z.object({ n: z.number() }) });
const LARGE = 'x'.repeat(700 * 1024);

let nats: OwnServer;
const ran: RunRequest[] = [];
const woken: DueExecution[] = [];
const projected: JournalBatch[] = [];
let services: TestService[] = [];
const buses: Record<string, NatsBus> = {};
const bus = (name: string): NatsBus => buses[name] as NatsBus;

@Controller()
class ExecutorController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 6 })
  run(run: RunRequest): void {
    ran.push(run);
  }

  @OnMessage(ExecutionDue, { group: 'executor', concurrency: 1 })
  due(due: DueExecution): void {
    woken.push(due);
  }
}

@Controller()
class HistoryController {
  @OnBatch(JournalEntry, { group: 'history', maxMessages: 500 })
  project(entries: readonly Received<JournalBatch>[]): void {
    projected.push(...entries.map(({ payload }) => payload));
  }

  @OnRequest(CountExecutions)
  count({ workflow_ids }: { workflow_ids: string[] }): { counts: Record<string, number> } {
    return { counts: Object.fromEntries([...workflow_ids, LARGE].map((id) => [id, 1])) };
  }
}

function urlOf(user: string, password = `${user}-password`): string {
  return nats.url.replace('://', `://${user}:${password}@`);
}

beforeAll(async () => {
  nats = await startNats({ users: natsUsers().map((user) => ({ ...user, password: `${user.user}-password` })) });
  // Those that create nothing come first: they must wait for those that do.
  const idle = ['gateway', 'webhook-dispatcher', 'scheduler', 'email-ingest', 'definitions'].map(async (name) => {
    buses[name] = await connectBus({ url: urlOf(name), name, logger: silentLogger });
  });
  const working = { executor: ExecutorController, history: HistoryController };
  const started = Object.entries(working).map(async ([name, controller]) => {
    const service = await startService({ url: urlOf(name), name, controllers: [controller], topology });
    buses[name] = service.bus;
    return service;
  });
  await Promise.all(idle);
  services = await Promise.all(started);
});
afterAll(async () => {
  try {
    await Promise.all([
      ...services.map((service) => service.close()),
      ...Object.values(buses).map((one) => one.close()),
    ]);
  } finally {
    await nats.stop();
  }
});

describe('under a user of its own each service does its work', () => {
  test.each([['gateway'], ['webhook-dispatcher'], ['scheduler'], ['email-ingest']])(
    '%s starts executions, large ones too',
    async (starter) => {
      for (const input of ['small', LARGE]) {
        const run = aRunRequest({ input });
        await bus(starter).publish(RunRequested, run);
        await waitUntil('the delivery', () => ran.some(({ execution_id }) => execution_id === run.execution_id));
      }
      // A start with a derived id says what it expects there: the refusal is looked up.
      const unexpected = bus(starter).publish(RunRequested, aRunRequest(), { expectLastSequence: 99 });
      await expect(unexpected).rejects.toThrow('another writer');
    },
  );

  test('the scheduler keeps its records, and reads all schedules that definitions publishes', async () => {
    const schedule = { organisation_id: 'org_1', workflow_id: 'wf_1', active: true, schedules: [] };
    const heard: (string | null)[] = [];
    bus('scheduler').snapshots.watch(ScheduleSnapshot, (id) => heard.push(id));
    await bus('definitions').snapshots.put(ScheduleSnapshot, schedule, schedule);
    await waitUntil('the change to arrive', () => heard.includes('wf_1'));
    const all = [];
    for await (const { value } of bus('scheduler').snapshots.all(ScheduleSnapshot)) all.push(value);
    expect(all).toEqual([schedule]);
    const [{ scheduleRecords: records }, { slotRecords: slots }] = [bus('scheduler'), bus('executor')];
    const revision = await records.write(RECORD, {}, { n: 1 }, 0);
    await expect(records.write(RECORD, {}, { n: 2 }, 0)).rejects.toThrow('another writer');
    await records.write(RECORD, {}, { n: 3 }, revision);
    await slots.remove(RECORD, {}, await slots.write(RECORD, {}, { n: 1 }, 0));
    const kept = [];
    for await (const { value } of records.all(RECORD)) kept.push(value);
    expect([(await records.read(RECORD, {}))?.value, kept]).toEqual([{ n: 3 }, [{ n: 3 }]]);
    expect(await slots.read(RECORD, {})).toBeNull();
  });

  test('the executor lends lanes and takes them back, and those who start executions use them meanwhile', async () => {
    const run = aRunRequest();
    const [executor, lanes] = [bus('executor'), () => bus('gateway').laneRegister.current.lanes];
    await executor.laneRegister.change((own) => withLaneFor(own, run.organisation_id, 1)?.own ?? null);
    await executor.restoreTopology();
    await waitUntil('it has reached the gateway', () => lanes().length === 1);
    await bus('gateway').publish(RunRequested, run, { expectLastSequence: 0 });
    await waitUntil('the delivery', () => ran.some(({ execution_id }) => execution_id === run.execution_id));
    const { stream, name } = executor.topology.consumers.find(({ own }) => own) as ConsumerSpec;
    const reply = await executor.connection.request(`$JS.API.CONSUMER.INFO.${stream}.${name}`);
    expect(reply.json()).toMatchObject({ delivered: { consumer_seq: 1 } });
    await waitUntil('it is taken back', async () => {
      await executor.lanes.tend(1);
      return lanes().length === 0;
    });
  });

  test('the executor appends to the journal and reads it, and history projects it and publishes what ended', async () => {
    for (const output of ['small', LARGE]) {
      const at = new Date().toISOString();
      const entry = aJournalEntry({ events: [{ type: 'completed', at, output }] });
      await bus('executor').publish(JournalEntry, entry, { expectLastSequence: 0 });
      expect((await bus('executor').readSubject(JournalEntry, entry))[0]?.payload).toEqual(entry);
      expect((await bus('executor').lastOnSubject(JournalEntry, entry))?.payload).toEqual(entry);
      await waitUntil('the projection', () => projected.some(({ entry_id }) => entry_id === entry.entry_id));
      expect(await bus('history').readSubject(JournalEntry, entry)).toHaveLength(1);
      await expect(
        bus('executor').publish(JournalEntry, { ...entry, entry_id: 'other' }, { expectLastSequence: 0 }),
      ).rejects.toThrow('another writer');
    }
    const times = { started_at: new Date().toISOString(), completed_at: new Date().toISOString(), duration_ms: 1 };
    const { execution_id, organisation_id, workflow_id, version } = aRunRequest();
    const finished = { execution_id, organisation_id, workflow_id, version, status: 'completed' as const, ...times };
    const heard: string[] = [];
    const end = await bus('gateway').listen(ExecutionFinished, {
      heard: (id) => heard.push(id),
      missed: () => undefined,
    });
    expect((await bus('history').publish(ExecutionFinished, finished)).duplicate).toBe(false);
    await waitUntil('it has reached the gateway', () => heard.includes(finishedMessageId(execution_id)));
    end();
    expect((await bus('history').publish(ExecutionFinished, finished)).duplicate).toBe(true);
    expect(await bus('history').lastOnSubject(RunRequested, aRunRequest())).toBeNull();
  });

  test('the executor sets timers, and takes them when they are due', async () => {
    const { input: _, ...run } = aRunRequest();
    await bus('executor').publish(ExecutionDue, { ...run, generation: 1 }, { at: new Date() });
    await waitUntil('the timer', () => woken.some(({ execution_id }) => execution_id === run.execution_id));
  });

  test('definitions publishes snapshots, large ones too, and others read those they need', async () => {
    const address = { workflow_id: 'wf_1', version: 1 };
    const value = { ...address, organisation_id: 'org_1', name: 'one', document: LARGE };
    await bus('definitions').snapshots.put(VersionSnapshot, address, value);
    for (const name of ['definitions', 'gateway', 'webhook-dispatcher', 'executor', 'history'])
      expect(await bus(name).snapshots.get(VersionSnapshot, address)).toEqual(value);
    const secrets = { organisation_id: 'org_1', secrets: { key: 'sealed' } };
    await bus('definitions').snapshots.put(SecretsSnapshot, secrets, secrets);
    for (const name of ['definitions', 'webhook-dispatcher', 'executor'])
      expect(await bus(name).snapshots.get(SecretsSnapshot, secrets)).toEqual(secrets);
    const token = { token_id: 'tok_1', organisation_id: 'org_1', scopes: ['*'] };
    await bus('definitions').snapshots.put(TokenSnapshot, { token_hash: 'abc' }, token);
    expect(await bus('gateway').snapshots.get(TokenSnapshot, { token_hash: 'abc' })).toEqual(token);
    // It compares all of them with its database.
    const listed = [];
    for await (const { id } of bus('definitions').snapshots.all(TokenSnapshot)) listed.push(id);
    expect(listed).toEqual(['abc']);
    await bus('definitions').snapshots.delete(TokenSnapshot, { token_hash: 'abc' });
    // A process that has read it is notified of its deletion a moment later.
    await waitUntil(
      'the deletion',
      async () => (await bus('gateway').snapshots.get(TokenSnapshot, { token_hash: 'abc' })) === null,
    );
  });

  test('the gateway gets replies to its questions, large ones too', async () => {
    const question = { organisation_id: 'org_1', workflow_ids: ['wf_1'] };
    expect((await bus('gateway').request(CountExecutions, question)).counts).toMatchObject({ wf_1: 1, [LARGE]: 1 });
  });
});

describe('what a service has no business with is refused', () => {
  let connections: Record<string, NatsConnection> = {};
  beforeAll(async () => {
    const open = NAMES.map(async (name) => {
      const options = { user: name, pass: `${name}-password`, inboxPrefix: inboxPrefix(name) };
      return [name, await connect({ servers: nats.url, ...options })] as const;
    });
    connections = Object.fromEntries(await Promise.all(open));
  });
  afterAll(() => Promise.all(Object.values(connections).map((one) => one.close())));

  /** The subjects that the user may publish to after all. */
  async function notRefused(user: string, subjects: readonly string[]): Promise<string[]> {
    // Once each: the client reports a refusal to the first request on its subject.
    const results = [...new Set(subjects)].map(async (subject) => {
      try {
        await (connections[user] as NatsConnection).request(subject, '{}', { timeout: 5_000 });
        return [subject];
      } catch (error) {
        const { cause } = error as Error;
        return [error, cause].some((each) => each instanceof PermissionViolationError) ? [] : [subject];
      }
    });
    return (await Promise.all(results)).flat();
  }

  /** The subjects that the user may listen to after all. */
  async function heard(user: string, subjects: readonly string[]): Promise<string[]> {
    const connection = connections[user] as NatsConnection;
    const refused = new Set<string>();
    for (const subject of subjects) {
      connection.subscribe(subject, {
        callback: (error) => {
          if (error instanceof PermissionViolationError) refused.add(subject);
        },
      });
    }
    await connection.flush();
    return subjects.filter((subject) => !refused.has(subject));
  }

  test.each(NAMES)('%s deletes nothing, and creates nothing but what is its own', async (name) => {
    const { streams, consumers } = TOPOLOGY;
    const rights = natsUsers().find(({ user }) => user === name)?.permissions.publish.allow ?? [];
    const others = [
      ...streams.flatMap(({ name: stream }) => [
        `$JS.API.STREAM.DELETE.${stream}`,
        `$JS.API.STREAM.MSG.DELETE.${stream}`,
        `$JS.API.STREAM.SNAPSHOT.${stream}`,
      ]),
      ...streams.flatMap(({ name: stream }) =>
        ['CREATE', 'UPDATE', 'PURGE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
      ),
      ...consumers.flatMap(({ stream, name: consumer }) => [
        `$JS.API.CONSUMER.DELETE.${stream}.${consumer}`,
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
        `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
        `$JS.API.CONSUMER.CREATE.${stream}.spy`,
      ]),
      '$JS.API.STREAM.CREATE.SPY',
      '$JS.API.STREAM.NAMES',
      '$SYS.REQ.SERVER.PING',
    ].filter((subject) => !rights.includes(subject));
    expect(others.length).toBeGreaterThan(40);
    expect(await notRefused(name, others)).toEqual([]);
  });

  test.each(NAMES)('%s receives neither the replies to others nor what streams take in', async (name) => {
    const inboxes = NAMES.filter((other) => other !== name).map((other) => `${inboxPrefix(other)}.>`);
    const streams = TOPOLOGY.streams.flatMap(({ subjects }) => subjects);
    expect(await heard(name, ['>', '_INBOX.>', '$JS.>', '$SYS.>', ...inboxes, ...streams])).toEqual([]);
  });

  test.each([ExecutionFinished, ExecutionAnswered])('only who waits for it gets $name', async (sent) => {
    const users = sent.name === ExecutionFinished.name ? ['gateway', 'scheduler'] : ['gateway'];
    for (const name of NAMES)
      expect([name, await heard(name, [sent.pattern])]).toEqual([name, users.includes(name) ? [sent.pattern] : []]);
  });

  test.each([
    ['gateway', ['journal.0.org_1.exec_1', '$KV.definitions.token.abc', 'dlq.RUNS.x', 'events.org_1.x']],
    [
      'gateway',
      ['$JS.API.DIRECT.GET.JOURNAL_0', '$JS.API.STREAM.MSG.GET.JOURNAL_0', '$JS.API.DIRECT.GET.RUNS.runs.0.a.b'],
    ],
    ['gateway', ['layout.lanes', '$JS.API.CONSUMER.DELETE.RUNS.executor-4', '$JS.API.CONSUMER.CREATE.RUNS.executor-4']],
    ...['gateway', 'history'].map((name): [string, string[]] => [
      name,
      ['secrets', 'variables', 'mail_senders', 'ai_providers'].map(
        (kind) => `$JS.API.DIRECT.GET.KV_definitions.$KV.definitions.${kind}.org_1`,
      ),
    ]),
    ['executor', ['$KV.definitions.secrets.org_1', 'definitions.secrets.put']],
    ['webhook-dispatcher', ['$JS.API.DIRECT.GET.KV_definitions.$KV.definitions.variables.org_1']],
    ['scheduler', ['definitions.workflows.delete', '$KV.schedule_triggers.schedule.wf_1', 'journal.0.org_1.exec_1']],
    // A list of one kind is a list of its bucket: those of secrets and tokens are nobody's but the writer's.
    ['scheduler', ['$JS.API.DIRECT.GET.KV_definitions', '$JS.API.DIRECT.GET.KV_mail_triggers']],
    ['email-ingest', ['$JS.API.DIRECT.GET.KV_definitions', '$JS.API.DIRECT.GET.KV_schedule_triggers']],
    ['webhook-dispatcher', ['definitions.workflows.delete', 'history.executions.get', 'journal.0.org_1.exec_1']],
    ['webhook-dispatcher', ['$JS.API.DIRECT.GET.KV_definitions.$KV.definitions.token.abc']],
    ['executor', ['definitions.workflows.delete', '$KV.definitions.active.wf_1', '$O.snapshot_payloads.M.x']],
    [
      'executor',
      ['$JS.API.DIRECT.GET.KV_definitions.$KV.definitions.token.abc', '$JS.API.STREAM.MSG.GET.KV_definitions'],
    ],
    ['history', ['executor.mail-senders.test', 'executor.ai-providers.test']],
    ['webhook-dispatcher', ['executor.mail-senders.test', 'executor.ai-models.list']],
    ['history', ['timer.set.executions.org_1.exec_1.1', 'definitions.workflows.delete']],
    ['email-ingest', ['definitions.mailboxes.list', '$KV.mail_triggers.mailboxes.org_1', 'journal.0.org_1.exec_1']],
    ['history', ['$JS.API.DIRECT.GET.KV_definitions.$KV.definitions.token.abc']],
    ['definitions', ['runs.0.org_1.exec_1', 'journal.0.org_1.exec_1', 'history.executions.get']],
    ['definitions', ['$JS.API.DIRECT.GET.JOURNAL_0', '$JS.API.STREAM.MSG.GET.RUNS']],
  ])('%s may not send to %j', async (name, subjects) => {
    expect(await notRefused(name, subjects)).toEqual([]);
  });

  test('a question that may not be asked fails at once instead of waiting for its time-out', async () => {
    const question = { organisation_id: 'org_1', workflow_ids: [] };
    await expect(bus('executor').request(CountExecutions, question, { timeoutMs: 50_000 })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      cause: { reason: 'refused' },
    });
  });

  test('without a password, and with a wrong one, nobody gets in', async () => {
    const servers = nats.url;
    await expect(connect({ servers, reconnect: false })).rejects.toThrow(/authorization/i);
    await expect(connect({ servers, user: 'gateway', pass: 'wrong', reconnect: false })).rejects.toThrow(
      /authorization/i,
    );
  });
});
