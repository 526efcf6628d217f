import {
  CountExecutions,
  GetExecution,
  GetExecutionValue,
  OWN_LANE_NUMBERS,
  ListExecutions,
  RunRequested,
  newId,
  journalStreamOf,
  STREAMS,
  type ExecutionSummary,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { aRunRequest, startMongo, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { mongoCheck } from '@millrace/service-kit/mongo';
import {
  append,
  aSubject,
  completed,
  consumerInfo,
  createHistory,
  fiveSteps,
  httpStep,
  start,
  type History,
  type Subject,
} from './start-history.js';

/** The whole service, asked over NATS as other services ask it. */
describe('history', () => {
  let nats: OwnServer;
  let mongo: OwnServer;
  let history: History;
  let bus: NatsBus;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), startMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.app.listen();
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  afterAll(async () => {
    await bus.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const get = ({ organisationId, executionId, workflowId }: Subject) =>
    bus.request(GetExecution, { organisation_id: organisationId, execution_id: executionId, workflow_id: workflowId });
  const list = (question: {
    organisation_id: string;
    workflow_id?: string;
    status?: 'running' | 'completed' | 'failed';
    limit?: number;
    starting_after?: string;
  }) => bus.request(ListExecutions, { limit: 100, ...question });
  const count = async ({ organisationId, workflowId }: Subject) =>
    (await bus.request(CountExecutions, { organisation_id: organisationId, workflow_ids: [workflowId] })).counts[
      workflowId
    ];
  const listed = async (subject: Subject) =>
    (await list({ organisation_id: subject.organisationId })).executions.find((one) => one.id === subject.executionId);
  const projected = (subject: Subject) =>
    waitUntil('the record', async () => (await listed(subject))?.status === 'completed', 20_000);

  it('returns a reference to a large input while the execution is unclaimed, and the input alone', async () => {
    const { organisationId: organisation_id, executionId: execution_id } = aSubject();
    const input = 'x'.repeat(3_000_000);
    await bus.publish(RunRequested, aRunRequest({ organisation_id, execution_id, input }));
    const question = { organisation_id, execution_id };
    const accepted = await bus.request(GetExecution, question);
    expect(accepted).toMatchObject({ status: 'running', input: null, input_ref: { bytes: 3_000_002 } });
    const value = { ...question, value: 'input' } as const;
    expect(JSON.parse((await bus.request(GetExecutionValue, value)).json)).toBe(input);
    const others = { ...value, organisation_id: newId('organisation') };
    await expect(bus.request(GetExecutionValue, others)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  });

  it('returns what is unclaimed in the shared lane of an organisation, and in its own', async () => {
    const [shared, own] = [aSubject(), aSubject()];
    const run = { organisation_id: shared.organisationId, workflow_id: shared.workflowId };
    await bus.publish(RunRequested, aRunRequest({ ...run, execution_id: shared.executionId, input: 'shared' }));
    const [number = 0] = OWN_LANE_NUMBERS;
    await bus.laneRegister.change(() => ({ lanes: [{ ...run, number, state: 'open' as const }] }));
    await bus.publish(RunRequested, aRunRequest({ ...run, execution_id: own.executionId, input: 'own' }));
    expect(await get(shared)).toMatchObject({ status: 'running', input: 'shared' });
    expect(await get({ ...shared, executionId: own.executionId })).toMatchObject({ status: 'running', input: 'own' });
    await bus.laneRegister.change(() => ({ lanes: [] }));
    expect(await get({ ...shared, executionId: own.executionId })).toMatchObject({ status: 'running', input: 'own' });
  });

  it('lets a client read its own write at every stage', async () => {
    const subject = aSubject();
    await expect(get(subject)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    const run = aRunRequest({
      organisation_id: subject.organisationId,
      execution_id: subject.executionId,
      workflow_id: subject.workflowId,
    });
    await bus.publish(RunRequested, run);
    expect(await get(subject)).toMatchObject({
      status: 'running',
      steps: [],
      input: run.input,
      started_at: run.accepted_at,
    });
    await expect(get({ ...subject, workflowId: newId('workflow') })).rejects.toMatchObject({
      code: 'EXECUTION_NOT_FOUND',
    });
    await expect(get({ ...subject, organisationId: newId('organisation') })).rejects.toMatchObject({
      code: 'EXECUTION_NOT_FOUND',
    });

    await append(bus, subject, [start(subject), httpStep('call', 'step_started')]);
    expect(await get(subject)).toMatchObject({ status: 'running', steps: [{ step_id: 'call', status: 'running' }] });
    await waitUntil('the list', async () => (await listed(subject))?.status === 'running');

    await append(bus, subject, [httpStep('call', 'step_completed')]);
    await append(bus, subject, [completed({ answer: 42 })]);
    expect(await get(subject)).toMatchObject({
      status: 'completed',
      output: { answer: 42 },
      steps: [{ status: 'completed' }],
    });
    await projected(subject);
    expect(await get(subject)).toMatchObject({
      status: 'completed',
      output: { answer: 42 },
      steps: [{ status: 'completed' }],
    });
    expect(await count(subject)).toBe(1);
  });

  it('writes an execution that ends within a second once, also when its end comes after its beginning was delivered', async () => {
    const records = history.database.collection<{ _id: string }>('executions');
    const parts = history.database.collection<{ _id: string }>('step_runs');
    const isWhole = async () => {
      const subject = aSubject();
      await append(bus, subject, [start(subject), httpStep('call', 'step_started')]);
      const stream = `${STREAMS.journal}_${journalStreamOf(subject.executionId)}`;
      await waitUntil('the delivery', async () => (await consumerInfo(bus, stream)).num_pending === 0);
      // What were written without waiting for the end would be written by now.
      await list({ organisation_id: subject.organisationId });
      await append(bus, subject, [httpStep('call', 'step_completed'), completed()]);
      await projected(subject);
      expect((await get(subject)).steps).toMatchObject([{ step_id: 'call', status: 'completed' }]);
      const id = subject.executionId;
      const apart = await parts.countDocuments({ _id: { $gte: `${id}:`, $lt: `${id};` } });
      return apart === 0 && (await records.countDocuments({ _id: id, events: { $exists: true } })) === 1;
    };
    // A machine that is very busy may take longer than the second that it may take.
    let whole = false;
    for (let attempt = 0; attempt < 10 && !whole; attempt++) whole = await isWhole();
    expect(whole).toBe(true);
  });

  it('lists thousands newest first, page by page, each once, by workflow and status, and counts them', async () => {
    const organisationId = newId('organisation');
    const [workflowId, other] = [newId('workflow'), newId('workflow')];
    const subjects = Array.from({ length: 3_000 }, (_, index) =>
      aSubject({ organisationId, workflowId: index % 3 ? workflowId : other }),
    );
    await Promise.all(
      subjects.map((subject, index) => {
        const failed = {
          type: 'failed',
          at: new Date().toISOString(),
          error: { code: 'STEP_FAILED', message: 'no' },
        } as const;
        return append(bus, subject, index % 100 ? fiveSteps(subject) : [start(subject), failed]);
      }),
    );
    await waitUntil(
      'the counts',
      async () => (await count(subjects[1]!)) === 2_000 && (await count(subjects[0]!)) === 1_000,
      20_000,
    );
    await waitUntil(
      'the records',
      async () => (await list({ organisation_id: organisationId, status: 'failed' })).executions.length === 30,
    );

    const pages = async (
      filter: { workflow_id?: string; status?: 'completed' | 'failed' },
      limit: number,
    ): Promise<ExecutionSummary[]> => {
      const all: ExecutionSummary[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await list({
          organisation_id: organisationId,
          limit,
          ...filter,
          ...(cursor ? { starting_after: cursor } : {}),
        });
        expect(page.has_more).toBe(page.next_cursor !== null);
        all.push(...page.executions);
        cursor = page.next_cursor;
      }
      return all;
    };
    const newestFirst = subjects.map((subject) => subject.executionId).reverse();
    expect((await pages({}, 100)).map((one) => one.id)).toEqual(newestFirst);
    expect((await pages({ workflow_id: workflowId }, 73)).map((one) => one.id)).toEqual(
      newestFirst.filter((_, index) => (2_999 - index) % 3),
    );
    const failed = await pages({ status: 'failed', workflow_id: other }, 4);
    expect(failed).toHaveLength(10);
    expect(failed[0]).toMatchObject({
      status: 'failed',
      workflow_id: other,
      error: { code: 'STEP_FAILED', message: 'no' },
      duration_ms: expect.any(Number) as number,
    });
    expect(await pages({ status: 'completed' }, 100)).toHaveLength(2_970);
  });

  it('takes events of five megabytes that travel as a reference', async () => {
    const subject = aSubject();
    const large = { text: 'é'.repeat(2_500_000) };
    await append(bus, subject, [start(subject, large), httpStep('call', 'step_completed', large)]);
    const value = async (name: 'input' | 'output') => {
      const question = { organisation_id: subject.organisationId, execution_id: subject.executionId, value: name };
      return (await bus.request(GetExecutionValue, question)).json;
    };
    expect(await get(subject)).toMatchObject({ input: null, input_ref: { bytes: 5_000_011 } });
    expect(await value('input')).toBe(JSON.stringify(large));
    await append(bus, subject, [completed(large)]);
    await projected(subject);
    const resource = await get(subject);
    expect(resource).toMatchObject({ status: 'completed', steps: [{ step_id: 'call' }] });
    expect(await value('output')).toBe(JSON.stringify(large));
  });

  it('shows an execution whose request to run was lost as failed, also where its workflow is not known', async () => {
    for (const workflowId of [newId('workflow'), '']) {
      const subject = aSubject({ workflowId });
      const error = { code: 'INPUT_LOST', message: 'lost' };
      await append(bus, subject, [start(subject, null), { type: 'failed', at: new Date().toISOString(), error }]);
      await waitUntil('the record', async () => (await listed(subject))?.status === 'failed');
      const { organisationId: organisation_id, executionId: execution_id } = subject;
      const resource = await bus.request(GetExecution, { organisation_id, execution_id });
      expect(resource).toMatchObject({ status: 'failed', error, steps: [] });
    }
  });

  it('goes on by itself when MongoDB was away: nothing is lost, running executions stay readable', async () => {
    const check = mongoCheck(history.database);
    expect(await check()).toMatchObject({ up: true });
    const before = aSubject();
    await append(bus, before, fiveSteps(before));
    await projected(before);

    await mongo.kill();
    await waitUntil(
      'the outage',
      async () => !(await Promise.resolve(check()).catch(() => ({ up: false }))).up,
      20_000,
    );
    const during = Array.from({ length: 50 }, () =>
      aSubject({ organisationId: before.organisationId, workflowId: before.workflowId }),
    );
    for (const subject of during) await append(bus, subject, fiveSteps(subject));
    expect(await get(during[0]!)).toMatchObject({ status: 'completed', output: { total: 120 } });
    await expect(list({ organisation_id: before.organisationId })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    await expect(get(aSubject())).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });

    await mongo.restart();
    await waitUntil('the count', async () => (await count(before).catch(() => 0)) === 51, 40_000);
    await projected(during.at(-1)!);
    expect((await list({ organisation_id: before.organisationId })).executions).toHaveLength(51);
  });

  it('goes on by itself when NATS was killed', async () => {
    await nats.kill();
    await nats.restart();
    const subject = aSubject();
    await append(bus, subject, fiveSteps(subject));
    await projected(subject);
    expect(await count(subject)).toBe(1);
  });
});
