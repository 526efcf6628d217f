import {
  ActiveSnapshot,
  derivedId,
  newFileId,
  newId,
  RunRequested,
  VersionSnapshot,
  type ExecutionEvent,
} from '@millrace/contracts';
import { registry } from '@millrace/service-kit/metrics';
import {
  samplesOf,
  sharedMongo,
  startNats,
  sumOf,
  uniqueName,
  waitUntil,
  type OwnServer,
  type SharedServer,
} from '@millrace/testing';
import type { GivenUp } from '@millrace/messaging';
import { GivenUpService } from '../src/executions/given-up.service.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { RecordRetention } from '../src/retention/record-retention.js';
import { append, aSubject, completed, createHistory, start, type History } from './start-history.js';

const DAY = 86_400_000;
const NOW = Date.now();

/** A workflow whose executions are written into the database as if they had ended days ago. */
interface Workflow {
  readonly organisationId: string;
  readonly workflowId: string;
}

describe('records of finished executions', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  const database = uniqueName('retention');
  const { signal } = new AbortController();

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await opened(database);
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  async function opened(name: string): Promise<History> {
    const made = await createHistory({ nats: nats.url, mongo: mongo.url, database: name, keep: { recordDays: 30 } });
    await made.database.asPromise();
    await made.app.listen();
    // The retention's queries name an index.
    await waitUntil('the indexes', async () => {
      const indexes = await made.database
        .collection('executions')
        .indexes()
        .catch(() => []);
      return indexes.some(({ key }) => 'wf' in (key as object) && Object.keys(key).length === 3);
    });
    return made;
  }

  const records = () => history.database.collection<{ _id: string }>('executions');
  const stepRuns = () => history.database.collection<{ _id: string }>('step_runs');
  const sweep = (at = NOW) => history.app.get(RecordRetention).sweep(at, signal);
  const left = ({ workflowId }: Workflow) => records().countDocuments({ wf: workflowId });

  /** Saves a workflow, whose latest version has these settings. */
  async function save({ organisationId, workflowId }: Workflow, version: number, settings: object): Promise<void> {
    const of = { organisation_id: organisationId, workflow_id: workflowId, version };
    const document = JSON.stringify({ name: 'x', settings, steps: [] });
    await history.bus.snapshots.put(VersionSnapshot, of, { ...of, name: 'x', document });
    await history.bus.snapshots.put(ActiveSnapshot, of, { ...of, status: 'active' });
  }

  /** A workflow that has had executions, of which each ended so many days ago. */
  async function withRecords(daysAgo: readonly number[], of: Partial<Workflow> & { status?: string; test?: 1 } = {}) {
    const workflow = { organisationId: newId('organisation'), workflowId: newId('workflow'), ...of };
    const { organisationId: org, workflowId: wf, status = 'completed', test } = workflow;
    await history.database
      .collection<{ _id: string }>('execution_count_totals')
      .updateOne({ _id: wf }, { $set: { org, count: daysAgo.length, version: 1, folding: [] } }, { upsert: true });
    const ids = daysAgo.map((days, index) => derivedId('execution', NOW - days * DAY, [org, wf, `${test}${index}`]));
    const documents = ids.map((_id, index) => {
      const at = new Date(NOW - (daysAgo[index] ?? 0) * DAY);
      const open = status === 'running' || status === 'waiting';
      const record = { version: 1, status, trigger_type: 'api', started_at: at, completed_at: open ? null : at, ...(test ? { test } : {}) }; // prettier-ignore
      return { _id, org, wf, ...record, error_code: null, error_message: null, seq: index + 1, inline_seq: 0 };
    });
    for (let from = 0; from < documents.length; from += 1_000) {
      const some = documents.slice(from, from + 1_000);
      await records().insertMany(some);
      await stepRuns().insertMany(some.map(({ _id, seq }) => ({ _id: `${_id}:${seq}:0`, seq, part: 0, parts: 1, text: '[]' }))); // prettier-ignore
    }
    return { ...workflow, ids };
  }

  it('go when they are older than their workflow says, also those that ended before it said so; others stay as the installation is set', async () => {
    const [short, long, byDefault, open] = [
      await withRecords([0.5, 2, 5, 40]),
      await withRecords([2, 40, 400]),
      await withRecords([2, 29, 31, 40]),
      await withRecords([2, 40], { status: 'waiting' }),
    ];
    // Of another organisation whose workflow has, against all odds, the same id.
    const stranger = await withRecords([40], { workflowId: short.workflowId });
    await history.database
      .collection<{ _id: string }>('execution_count_totals')
      .updateOne({ _id: short.workflowId }, { $set: { org: short.organisationId } });
    await save(short, 1, { retention_days: 30 });
    await save(long, 1, { retention_days: 365 });
    await save(open, 1, { retention_days: 1 });
    await sweep();
    expect(await Promise.all([short, long, byDefault, open].map(left))).toEqual([3 + 1, 2, 2, 2]);

    await save(short, 2, { retention_days: 1 });
    await sweep();
    expect(await Promise.all([short, long, byDefault, open].map(left))).toEqual([1 + 1, 2, 2, 2]);
    expect(await records().countDocuments({ org: stranger.organisationId })).toBe(1);
    expect(await stepRuns().countDocuments({ _id: { $gte: short.ids[1] as string, $lt: `${short.ids[1]};` } })).toBe(0);

    // What a deleted workflow said last holds on for its executions.
    await history.bus.snapshots.delete(ActiveSnapshot, { workflow_id: long.workflowId });
    await sweep();
    expect(await left(long)).toBe(2);
    await sweep(NOW + 360 * DAY);
    expect(await Promise.all([long, byDefault, open].map(left))).toEqual([1, 0, 2]);
  });

  it('go beyond the number that their workflow keeps, the oldest first, but not those that have just ended', async () => {
    const workflow = await withRecords([0, 1, 2, 3, 4, 5, 6]);
    const few = await withRecords([1, 2]);
    for (const one of [workflow, few]) await save(one, 1, { retention_count: 3 });
    await sweep();
    const kept = await records()
      .find({ wf: workflow.workflowId }, { projection: { _id: 1 } })
      .toArray();
    expect(kept.map(({ _id }) => _id).sort()).toEqual(workflow.ids.slice(0, 3).sort());
    expect(await left(few)).toBe(2);
    const crowded = await withRecords([0.01, 0.01, 0.01, 0.01, 0.01]);
    await save(crowded, 1, { retention_count: 1 });
    await sweep();
    expect(await left(crowded)).toBe(5);
  });

  it('of tests take no place of others among those that are kept by their number, and go by their age', async () => {
    const workflow = await withRecords([4, 5, 6, 7]);
    const tests = await withRecords([1, 2, 3, 10], { ...workflow, test: 1 });
    await save(workflow, 1, { retention_count: 3 });
    await sweep();
    const kept = await records()
      .find({ wf: workflow.workflowId }, { projection: { _id: 1 } })
      .toArray();
    expect(kept.map(({ _id }) => _id).sort()).toEqual([...workflow.ids.slice(0, 3), ...tests.ids].sort());
    await sweep(NOW + 22 * DAY);
    const leftTests = await records().countDocuments({ wf: workflow.workflowId, test: 1 });
    expect([await left(workflow), leftTests]).toEqual([6, 3]);
  });

  it('of a workflow that was only ever tried go like others', async () => {
    const subject = aSubject();
    const trigger = { type: 'test', runs: 'draft' };
    for (const executionId of [subject.executionId, newId('execution')]) {
      const of = { ...subject, executionId };
      await append(history.bus, of, [{ ...start(of), trigger } as ExecutionEvent, completed()]);
    }
    await waitUntil('their records', async () => (await left(subject)) === 2);
    await sweep(NOW + 29 * DAY);
    expect(await left(subject)).toBe(2);
    await sweep(NOW + 31 * DAY);
    expect(await left(subject)).toBe(0);
  });

  it('of which nothing says the workflow any more go like others, also where they are all that an organisation has', async () => {
    const known = await withRecords([2]);
    const [organisationId, executionId] = [newId('organisation'), newId('execution')];
    const subject = `journal.0.${organisationId}.${executionId}`;
    const given = { subject, sequence: 1, storedAt: NOW, reason: 'unreadable', read: async () => null };
    await history.app.get(GivenUpService).record(given as unknown as GivenUp, signal);
    const lost = await withRecords([40], { organisationId: known.organisationId, workflowId: '' });
    // Only records: nothing counts such a workflow.
    await history.database.collection<{ _id: string }>('execution_count_totals').deleteOne({ _id: '' });
    const kept = (id: string) => records().countDocuments({ _id: id });
    await sweep(NOW + 29 * DAY);
    expect(await Promise.all([executionId, lost.ids[0] as string].map(kept))).toEqual([1, 0]);
    await sweep(NOW + 31 * DAY);
    expect(await kept(executionId)).toBe(0);
  });

  it('stay while what started them may still be in the queue', async () => {
    const workflow = await withRecords([2]);
    await save(workflow, 1, { retention_days: 1 });
    const run = { workflow_id: workflow.workflowId, organisation_id: workflow.organisationId, version: 1 };
    const facts = { accepted_at: new Date(NOW).toISOString(), trigger: { type: 'api' as const }, generation: 0 };
    await history.bus.publish(RunRequested, { ...run, ...facts, execution_id: newId('execution') });
    // It was stored today, and the execution ended before.
    await sweep();
    expect(await left(workflow)).toBe(0);
    const later = await withRecords([-1]);
    await save(later, 1, { retention_days: 1 });
    await sweep(NOW + 3 * DAY);
    expect(await left(later)).toBe(1);
  });

  it('go with their files and everything that is read of them; what was counted stays counted', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject, 'x'.repeat(20_000)), completed()]);
    const address = { organisation_id: subject.organisationId, execution_id: subject.executionId };
    const file = { ...address, file_id: newFileId(subject.executionId) };
    await history.bus.files.store({ address: file, name: null, type: 'text/plain', content: [Buffer.from('x')] });
    await waitUntil('the record', async () => (await left(subject)) === 1);
    await save(subject, 1, { retention_days: 1 });
    const count = () => history.app.get(ExecutionsService).count(subject.organisationId, [subject.workflowId]);
    // The message of the test before is still in the queue: it postpones.
    const before = await count();
    const { bus } = history as unknown as { bus: { connection: { request(subject: string): Promise<unknown> } } };
    await bus.connection.request('$JS.API.STREAM.PURGE.RUNS');
    await sweep(NOW + 2 * DAY);
    expect(await left(subject)).toBe(0);
    expect(await history.bus.files.find(subject.organisationId, file.file_id)).toBeNull();
    expect(
      await stepRuns().countDocuments({ _id: { $gte: subject.executionId, $lt: `${subject.executionId};` } }),
    ).toBe(0);
    expect([before, await count()]).toEqual([{ [subject.workflowId]: 1 }, { [subject.workflowId]: 1 }]);
  });

  it('go with files that were stored after a long wait', async () => {
    const workflow = await withRecords([40]);
    const [executionId = ''] = workflow.ids;
    await records().updateOne({ _id: executionId }, { $set: { completed_at: new Date(NOW - DAY) } });
    const address = { organisation_id: workflow.organisationId, execution_id: executionId };
    const file = { ...address, file_id: newFileId(executionId) };
    await history.bus.files.store({ address: file, name: null, type: 'text/plain', content: [Buffer.from('x')] });
    await save(workflow, 1, { retention_days: 2 });
    await sweep();
    expect([await left(workflow), await history.bus.files.find(workflow.organisationId, file.file_id)]).toEqual([
      1,
      expect.anything(),
    ]);
    await sweep(NOW + 2 * DAY);
    expect(await left(workflow)).toBe(0);
    expect(await history.bus.files.find(workflow.organisationId, file.file_id)).toBeNull();
  });

  it('go by thousands in bounded memory, by one replica at a time, which reports how far it is', async () => {
    const retention = history.app.get(RecordRetention);
    const workflow = await withRecords(Array.from({ length: 6_000 }, (_, index) => 40 + index / 1_000));
    const other = await createHistory({ nats: nats.url, mongo: mongo.url, database, keep: { recordDays: 30 } });
    try {
      await other.database.asPromise();
      expect(await retention.oldestAge(NOW)).toBeGreaterThan(45 * DAY);
      const held = process.memoryUsage().heapUsed;
      const [deleted, second] = await Promise.all([sweep(), other.app.get(RecordRetention).sweep(NOW, signal)]);
      // Whoever came first has the lease; the other does nothing.
      expect([deleted, second].filter((one) => one === null)).toHaveLength(1);
      expect(await left(workflow)).toBe(0);
      expect(process.memoryUsage().heapUsed - held).toBeLessThan(64 * 1024 * 1024);
      expect(await retention.lag(NOW + 1_000)).toBeLessThanOrEqual(1_000);
    } finally {
      await other.app.close();
    }
  });

  it('are counted when they go, and it is measured how old the oldest is and when a sweep has begun that was completed', async () => {
    const measured = async (name: string) => sumOf(samplesOf(await registry.metrics()), name);
    const before = await measured('millrace_history_expired_records_total');
    // Sweeps of the other tests are of times to come, behind which nothing lags.
    const former = history;
    history = await opened(uniqueName('measured'));
    try {
      const workflow = await withRecords([20, 40]);
      await sweep();
      expect(await left(workflow)).toBe(1);
      expect(await measured('millrace_history_expired_records_total')).toBeGreaterThan(before);
      await waitUntil('it is measured', async () => {
        const [oldest, lag] = [
          await measured('millrace_history_oldest_record_seconds'),
          await measured('millrace_history_retention_lag_seconds'),
        ];
        return oldest >= (20 * DAY) / 1_000 - 3_600 && lag > 0;
      });
    } finally {
      await history.stop();
      history = former;
    }
  });
});
