import { newFileId, type ExecutionEvent, type JournalBatch } from '@millrace/contracts';
import type { Received } from '@millrace/messaging';
import { sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsRepository } from '../src/executions/executions.repository.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import { RecordRetention } from '../src/retention/record-retention.js';
import { append, aSubject, completed, createHistory, start, type History, type Subject } from './start-history.js';

const AT = new Date().toISOString();
const waiting: ExecutionEvent[] = [
  {
    type: 'step_waiting',
    at: AT,
    path: 'pause',
    step_type: 'wait',
    started_at: AT,
    attempt: 1,
    waits_for: 'time',
    until: AT,
  },
  { type: 'suspended', at: AT, until: AT },
];
const woken: ExecutionEvent = { type: 'woken', at: AT, generation: 1 };

/** Executions that are suspended and woken, as readers see them. */
describe('an execution that waits', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let reads: ExecutionsService;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    const keep = { journalMinutes: 0, recordDays: 1 };
    history = await createHistory({ nats: nats.url, mongo: mongo.url, keep });
    await history.database.asPromise();
    await history.app.get(ExecutionsRepository).createIndexes();
    reads = history.app.get(ExecutionsService);
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const project = (...batch: Received<JournalBatch>[]) =>
    history.app.get(ProjectionService).project(batch, { signal: new AbortController().signal });
  const status = async ({ organisationId, executionId }: Subject) => {
    const { status: shown, steps } = await reads.get({ organisation_id: organisationId, execution_id: executionId });
    return { status: shown, steps: steps.map((step) => step.status) };
  };
  const listed = async ({ organisationId }: Subject, wanted?: 'running' | 'waiting' | 'completed') =>
    (await reads.list({ organisation_id: organisationId, status: wanted, limit: 10 })).executions.map(
      (execution) => execution.status,
    );

  test('is waiting from its suspension until it is woken, in its view, in lists and in their filter', async () => {
    const subject = aSubject();
    const first = await append(history.bus, subject, [start(subject), ...waiting]);
    expect(await status(subject)).toEqual({ status: 'waiting', steps: ['waiting'] });
    await project(first);
    expect(await status(subject)).toEqual({ status: 'waiting', steps: ['waiting'] });
    expect(await listed(subject)).toEqual(['waiting']);
    expect(await listed(subject, 'waiting')).toEqual(['waiting']);
    expect(await listed(subject, 'running')).toEqual([]);

    await project(await append(history.bus, subject, [woken]));
    expect(await status(subject)).toEqual({ status: 'running', steps: ['waiting'] });
    expect(await listed(subject, 'running')).toEqual(['running']);

    await project(await append(history.bus, subject, [{ type: 'suspended', at: AT, until: AT }]));
    expect(await listed(subject, 'waiting')).toEqual(['waiting']);
    await project(await append(history.bus, subject, [{ ...woken, generation: 2 }, completed()]));
    expect(await listed(subject)).toEqual(['completed']);
    expect((await status(subject)).status).toBe('completed');
  });

  test('is what its latest entry says, in whatever order and however often batches are written', async () => {
    const subject = aSubject();
    const entries = [
      await append(history.bus, subject, [start(subject)]),
      await append(history.bus, subject, waiting),
      await append(history.bus, subject, [woken]),
    ] as const;
    await project(entries[0]);
    await project(entries[2]);
    await project(entries[1]);
    await project(entries[0], entries[1]);
    expect(await listed(subject)).toEqual(['running']);
    const late = aSubject();
    const all = [
      await append(history.bus, late, [start(late)]),
      await append(history.bus, late, waiting),
      await append(history.bus, late, [woken, completed()]),
    ] as const;
    await project(all[0]);
    await project(all[2]);
    await project(all[1]);
    expect(await listed(late)).toEqual(['completed']);
  });

  test('stays, in the journal and in the database, however old it is', async () => {
    const [subject, ended] = [aSubject(), aSubject()];
    await project(
      await append(history.bus, subject, [start(subject), ...waiting]),
      await append(history.bus, ended, [start(ended), completed()]),
    );
    await history.app.get(JournalTrimmer).trimBatch(Date.now() + 60_000);
    const files = [subject, ended].map(({ organisationId, executionId }) => ({
      ...{ organisation_id: organisationId, execution_id: executionId, file_id: newFileId(executionId) },
    }));
    for (const address of files)
      await history.bus.files.store({ address, name: null, type: 'text/plain', content: [Buffer.from('x')] });
    // Everything that has ended would go by then.
    await history.app.get(RecordRetention).sweep(Date.now() + 2 * 86_400_000, new AbortController().signal);
    expect(await listed(ended)).toEqual([]);
    const left = files.map(({ organisation_id, file_id }) => history.bus.files.find(organisation_id, file_id));
    expect((await Promise.all(left)).map((file) => file?.size)).toEqual([1, undefined]);
    expect(await listed(subject)).toEqual(['waiting']);
    expect(await status(subject)).toEqual({ status: 'waiting', steps: ['waiting'] });
  });
});
