import { randomBytes } from 'node:crypto';
import { ExecutionFinished, type FinishedExecution } from '@millrace/contracts';
import type { JournalBatch } from '@millrace/contracts';
import type { NatsBus, Received } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { sharedMongo, startNats, uniqueName, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import {
  append,
  aSubject,
  completed,
  createHistory,
  entry,
  fiveSteps,
  httpStep,
  start,
  type History,
  type Subject,
} from './start-history.js';

/** The projection and the reads, called directly so that each test decides what comes when; servers are real. */
describe('projection', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let projection: ProjectionService;
  let reads: ExecutionsService;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.database.asPromise();
    projection = history.app.get(ProjectionService);
    reads = history.app.get(ExecutionsService);
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const project = (...batch: Received<JournalBatch>[]) => projection.project(batch, { signal });
  const get = ({ organisationId, executionId }: Subject) =>
    reads.get({ organisation_id: organisationId, execution_id: executionId });
  const stored = (subject: Subject) =>
    history.database.collection<{ _id: string }>('executions').findOne({ _id: subject.executionId });
  const stepRunCount = (subject: Subject) =>
    history.database
      .collection<{ _id: string }>('step_runs')
      .countDocuments({ _id: { $gte: `${subject.executionId}:`, $lt: `${subject.executionId};` } });
  const count = async ({ organisationId, workflowId }: Subject) =>
    (await reads.count(organisationId, [workflowId]))[workflowId];
  const events = async ({ organisationId }: Subject): Promise<FinishedExecution[]> =>
    (await history.bus.readSubject(ExecutionFinished, { organisation_id: organisationId })).map(
      (message) => message.payload,
    );
  /** A batch that the journal does not have: what is returned from it comes from MongoDB. */
  const notInJournal = (
    subject: Subject,
    sequence: number,
    ...parts: Parameters<typeof entry>[1][]
  ): Received<JournalBatch>[] =>
    parts.map((part, index) => ({
      payload: entry(subject, part),
      sequence: sequence + index,
      subject: 'journal',
      deliveryCount: 1,
      storedAt: 0,
    }));

  it('stores an execution that came in one entry as one document, and returns it without the journal', async () => {
    const subject = aSubject();
    await project(...notInJournal(subject, 1, fiveSteps(subject)));
    expect(await stored(subject)).toMatchObject({
      status: 'completed',
      org: subject.organisationId,
      wf: subject.workflowId,
      inline_seq: 1,
    });
    expect(await stepRunCount(subject)).toBe(0);
    const resource = await get(subject);
    expect(resource).toMatchObject({
      status: 'completed',
      output: { total: 120 },
      input: { qty: 12, price: 10 },
      steps_total: 5,
    });
    expect(resource.steps.map((step) => step.step_id)).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(await events(subject)).toEqual([
      expect.objectContaining({
        execution_id: subject.executionId,
        workflow_id: subject.workflowId,
        status: 'completed',
        duration_ms: resource.duration_ms,
      }),
    ]);
  });

  it('is the same after a crash anywhere before the acknowledgement: the batch comes again, cut differently', async () => {
    const subject = aSubject();
    const batch = notInJournal(
      subject,
      10,
      [start(subject), httpStep('call', 'step_started')],
      [httpStep('call', 'step_completed')],
      [completed()],
    );
    await project(...batch);
    const first = await get(subject);
    await project(...batch);
    await project(...batch.slice(0, 1));
    await project(...batch.slice(1));
    expect(await get(subject)).toEqual(first);
    expect(first).toMatchObject({ status: 'completed', steps: [{ step_id: 'call', status: 'completed' }] });
    expect(await count(subject)).toBe(1);
    expect(await events(subject)).toHaveLength(1);
  });

  it('does not end before the end of an execution is announced, while nothing can be', async () => {
    const [subject, other] = [aSubject(), aSubject()];
    const { connection } = history.bus as NatsBus;
    const { config } = (await connection.request('$JS.API.STREAM.INFO.EVENTS')).json<{ config: object }>();
    const update = async (changes: object) => {
      const answer = await connection.request(
        '$JS.API.STREAM.UPDATE.EVENTS',
        JSON.stringify({ ...config, ...changes }),
      );
      expect(answer.json()).not.toHaveProperty('error');
    };
    await update({ max_bytes: 1, discard: 'new' });
    let isOver = false;
    const projecting = project(...notInJournal(subject, 1, fiveSteps(subject))).finally(() => (isOver = true));
    await waitUntil('the record', async () => (await stored(subject)) !== null);
    // As long as another execution takes as a whole.
    await project(...notInJournal(other, 2, [start(other)]));
    expect(isOver).toBe(false);
    await update({});
    await projecting;
    expect(await events(subject)).toHaveLength(1);
  });

  it('takes over where a crash left single writes undone', async () => {
    const subject = aSubject();
    const batch = notInJournal(
      subject,
      20,
      [start(subject), httpStep('call', 'step_started')],
      [httpStep('call', 'step_completed')],
      [completed()],
    );
    await project(...batch);
    // As if the process had died before ending the record, and before writing the last step run and the count.
    await history.database.collection<{ _id: string }>('executions').deleteOne({ _id: subject.executionId });
    await history.database.collection('execution_count_blocks').deleteMany({ wf: subject.workflowId });
    await project(...batch.slice(0, 1));
    await history.database.collection('execution_count_blocks').deleteMany({ wf: subject.workflowId });
    await project(...batch);
    expect(await get(subject)).toMatchObject({
      status: 'completed',
      output: 'done',
      steps: [{ step_id: 'call', status: 'completed' }],
    });
    expect(await count(subject)).toBe(1);
  });

  it('gives the same record for every order in which entries are projected', async () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const;
    for (const order of orders) {
      const subject = aSubject();
      const batch = [
        await append(history.bus, subject, [start(subject), httpStep('call', 'step_started')]),
        await append(history.bus, subject, [httpStep('call', 'step_completed')]),
        await append(history.bus, subject, [completed()]),
      ];
      for (const index of order) await project(batch[index]!);
      expect(await stored(subject)).toMatchObject({ status: 'completed', seq: batch[2]!.sequence });
      expect(await get(subject)).toMatchObject({
        status: 'completed',
        output: 'done',
        steps: [{ status: 'completed' }],
      });
      expect(await count(subject)).toBe(1);
      expect(await events(subject)).toHaveLength(1);
    }
  });

  it('never leaves a final state', async () => {
    const subject = aSubject();
    await project(...notInJournal(subject, 30, [start(subject)]));
    await project(...notInJournal(subject, 31, [{ type: 'cancelled', at: new Date().toISOString() }]));
    await project(...notInJournal(subject, 32, [completed()]));
    expect(await stored(subject)).toMatchObject({ status: 'cancelled', seq: 31 });
    expect(await get(subject)).toMatchObject({ status: 'cancelled', output: null });
  });

  it('returns an unfinished execution from the journal when MongoDB is behind', async () => {
    const subject = aSubject();
    await project(await append(history.bus, subject, [start(subject), httpStep('call', 'step_started')]));
    await append(history.bus, subject, [httpStep('call', 'step_completed')]);
    expect(await get(subject)).toMatchObject({ status: 'running', steps: [{ status: 'completed' }] });
    await append(history.bus, subject, [completed()]);
    expect(await get(subject)).toMatchObject({ status: 'completed', output: 'done' });
    expect(await stored(subject)).toMatchObject({ status: 'running' });
  });

  it('joins what MongoDB kept with what is only in the journal, for an execution that waited longer than the journal lasts', async () => {
    const subject = aSubject();
    await project(
      ...notInJournal(subject, 0, [start(subject, { kept: true })], [httpStep('before', 'step_completed')]),
    );
    await append(history.bus, subject, [httpStep('after', 'step_completed')]);
    expect(await get(subject)).toMatchObject({
      status: 'running',
      input: { kept: true },
      steps: [{ step_id: 'before' }, { step_id: 'after' }],
    });
  });

  it('keeps what users send as it is: dots, dollars, numbers as keys, __proto__, large integers, any text', async () => {
    const nested = Array.from({ length: 140 }).reduce<unknown>((inside) => ({ in: inside }), 1);
    const odd = JSON.parse(
      '{"a.b":1,"$set":{"$gt":""},"1":"one","":"empty","__proto__":{"x":1},"constructor":null,"big":9007199254740991,"huge":1e300,"neg0":-0.5,"nul":"a\\u0000b","lone":"\\ud800","emoji":"😀"}',
    ) as Record<string, unknown>;
    const subject = aSubject();
    await project(
      ...notInJournal(subject, 40, [
        start(subject, { odd, nested }),
        httpStep('call', 'step_completed', odd),
        completed(odd),
      ]),
    );
    const resource = await get(subject);
    expect(JSON.stringify(resource.input)).toBe(JSON.stringify({ odd, nested }));
    expect(JSON.stringify(resource.output)).toBe(JSON.stringify(odd));
    expect(JSON.stringify(resource.steps[0]?.output)).toBe(JSON.stringify(odd));
    expect(Object.hasOwn(resource.output as object, '__proto__')).toBe(true);
  });

  it('keeps events of many megabytes, compressible or not', async () => {
    for (const large of ['x'.repeat(5_000_000), randomBytes(15_000_000).toString('base64')]) {
      const subject = aSubject();
      await project(
        ...notInJournal(subject, 50, [
          start(subject),
          httpStep('call', 'step_completed', { large }),
          completed({ large }),
        ]),
      );
      const question = { organisation_id: subject.organisationId, execution_id: subject.executionId };
      for (const value of [{ value: 'output' }, { value: 'step_output', path: 'call' }] as const) {
        const json = await reads.value({ ...question, ...value });
        expect((JSON.parse(json) as { large: string }).large === large).toBe(true);
      }
      const { executions } = await reads.list({ organisation_id: subject.organisationId, limit: 5 });
      expect(executions).toHaveLength(1);
    }
  });

  it('shows others nothing: not by id, not by workflow, not in lists or counts', async () => {
    const subject = aSubject();
    const other = aSubject();
    await project(
      await append(history.bus, subject, fiveSteps(subject)),
      await append(history.bus, other, fiveSteps(other)),
    );
    const asked = { organisation_id: other.organisationId, execution_id: subject.executionId };
    await expect(reads.get(asked)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    await expect(
      reads.get({ ...asked, organisation_id: subject.organisationId, workflow_id: other.workflowId }),
    ).rejects.toMatchObject({
      code: 'EXECUTION_NOT_FOUND',
    });
    expect(
      (await reads.list({ organisation_id: other.organisationId, workflow_id: subject.workflowId, limit: 5 }))
        .executions,
    ).toEqual([]);
    expect(await reads.count(other.organisationId, [subject.workflowId, 'unknown'])).toEqual({
      [subject.workflowId]: 0,
      unknown: 0,
    });
  });

  it.each(['*', '>', 'exec_1.x', 'a b', '', '../x'])('does not take %j for an id', async (id) => {
    const subject = aSubject();
    await project(await append(history.bus, subject, fiveSteps(subject)));
    await expect(reads.get({ organisation_id: subject.organisationId, execution_id: id })).rejects.toMatchObject({
      code: 'EXECUTION_NOT_FOUND',
    });
    await expect(reads.get({ organisation_id: id, execution_id: subject.executionId })).rejects.toMatchObject({
      code: 'EXECUTION_NOT_FOUND',
    });
  });

  it('writes the rest of a batch when MongoDB refuses one document, and the summary of that one', async () => {
    const refused = aSubject();
    const fine = aSubject();
    const database = uniqueName('refusing');
    const refusing = await createHistory({ nats: nats.url, mongo: mongo.url, database });
    try {
      await refusing.database.asPromise();
      // Nothing that our code stores can be refused, so the document is spoilt on its way: the driver takes no NUL in a key.
      const executions = refusing.database.collection<{ _id: string; events?: unknown }>('executions');
      const insertMany = executions.insertMany.bind(executions);
      jest
        .spyOn(Object.getPrototypeOf(executions) as typeof executions, 'insertMany')
        .mockImplementation((documents, options) => {
          const spoilt = documents.map((document) =>
            document._id === refused.executionId && document.events !== undefined
              ? { ...document, 'bad\0key': 1 }
              : document,
          );
          return insertMany(spoilt, options);
        });
      const service = refusing.app.get(ProjectionService);
      const logged = jest.spyOn(refusing.app.get<Pick<Logger, 'error'>>(LOGGER), 'error');
      await service.project(
        [...notInJournal(refused, 1, fiveSteps(refused)), ...notInJournal(fine, 2, fiveSteps(fine))],
        { signal },
      );
      expect(await executions.findOne({ _id: fine.executionId })).toMatchObject({ status: 'completed', inline_seq: 2 });
      expect(await executions.findOne({ _id: refused.executionId })).toMatchObject({
        status: 'completed',
        inline_seq: 0,
      });
      const ids = { executionId: refused.executionId, organisationId: refused.organisationId };
      expect(logged.mock.calls.map(([fields]) => fields)).toEqual([expect.objectContaining(ids)]);
      const question = { organisation_id: refused.organisationId, execution_id: refused.executionId };
      expect(await refusing.app.get(ExecutionsService).get(question)).toMatchObject({
        status: 'completed',
        steps: [],
        input: null,
      });
    } finally {
      jest.restoreAllMocks();
      await refusing.stop();
    }
  });
});
