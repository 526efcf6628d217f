import {
  AppError,
  CancelJob,
  CreateJob,
  GetJob,
  LIMITS,
  ListJobs,
  newId,
  RunBackfill,
  type JobResource,
  type JobResult,
} from '@millrace/contracts';
import { HEADERS, newHeaders } from '@millrace/messaging';
import { uniqueName, waitUntil } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

type Asked = (typeof RunBackfill)['question']['_output'];

let fixture: Fixture;
/** What the scheduler was asked, and what it does. */
const asked: Asked[] = [];
let scheduler: (question: Asked) => Promise<JobResult[]> | JobResult[];

const started = ({ job_id, times }: Asked): JobResult[] =>
  times.map((item) => ({ item, outcome: 'started', execution_id: `exec of ${item} by ${job_id}`, code: null }));

beforeAll(async () => {
  fixture = await openFixture();
  // In the place of the scheduler, which is another service.
  fixture.client.connection.subscribe(RunBackfill.subject, {
    callback: (_, message) => {
      const question = message.json<Asked>();
      asked.push(question);
      void (async () => {
        try {
          message.respond(JSON.stringify({ results: await scheduler(question) }));
        } catch {
          const headers = newHeaders();
          headers.set(HEADERS.error, 'SERVICE_UNAVAILABLE');
          message.respond(JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message: 'x' }), { headers });
        }
      })();
    },
  });
  // Two of them, which share the work.
  await Promise.all([fixture.start(), fixture.start()]);
}, 180_000);
beforeEach(() => {
  asked.length = 0;
  scheduler = started;
});
afterAll(() => fixture.stop());

const timesOf = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => new Date(Date.UTC(2026, 0, 1) + (from + n) * 60_000).toISOString());

function create(organisation_id: string, items: string[], workflow_id = newId('workflow')): Promise<JobResource> {
  const parameters = { workflow_id, index: 0, from: items[0], to: items.at(-1) };
  return fixture.client.request(CreateJob, { organisation_id, kind: 'backfill', parameters, items });
}

const get = (organisation_id: string, job_id: string) => fixture.client.request(GetJob, { organisation_id, job_id });

function ended(organisation_id: string, { id }: JobResource): Promise<JobResource> {
  return waitUntil(
    'the job to end',
    async () => {
      const job = await get(organisation_id, id);
      return job.ended_at === null ? undefined : job;
    },
    20_000,
  );
}

test('a job deals with all of its items in their order, some at a time, and says what became of each', async () => {
  const org = uniqueName('org');
  const items = timesOf(2 * LIMITS.jobBatch + 5);
  const job = await create(org, items);
  expect(job).toMatchObject({ status: 'queued', total: items.length, done: 0, results: [], ended_at: null });
  const done = await ended(org, job);
  expect(done).toMatchObject({
    kind: 'backfill',
    status: 'completed',
    done: items.length,
    counts: { started: items.length },
    error: null,
  });
  expect(done.results.map(({ item }) => item)).toEqual(items);
  expect(asked.map(({ times }) => times.length)).toEqual([LIMITS.jobBatch, LIMITS.jobBatch, 5]);
  expect(asked[0]).toMatchObject({ organisation_id: org, job_id: job.id, job_created_at: job.created_at, index: 0 });
});

test('items whose attempt failed are repeated, and nothing is counted twice', async () => {
  const org = uniqueName('org');
  const items = timesOf(LIMITS.jobBatch + 1);
  let failures = 2;
  scheduler = (question) => {
    if (failures-- > 0) throw new AppError('SERVICE_UNAVAILABLE');
    return started(question);
  };
  const done = await ended(org, await create(org, items));
  expect(done).toMatchObject({ status: 'completed', counts: { started: items.length } });
  const [first, second, third, fourth] = asked.map(({ times }) => times);
  expect([second, third]).toEqual([first, first]);
  expect(fourth).toEqual(items.slice(LIMITS.jobBatch));
});

test('a time that one job has started is started by no other, and one that was refused is free again', async () => {
  const org = uniqueName('org');
  const workflow = newId('workflow');
  const [a = '', b = '', c = ''] = timesOf(3);
  scheduler = (question) =>
    started(question).map((result) =>
      result.item === b ? { ...result, outcome: 'refused', execution_id: null, code: 'WORKFLOW_PAUSED' } : result,
    );
  const first = await ended(org, await create(org, [a, b], workflow));
  expect(first.counts).toEqual({ started: 1, refused: 1 });
  scheduler = started;
  const second = await ended(org, await create(org, [a, b, c], workflow));
  expect(second.results).toEqual([
    { item: a, outcome: 'already_ran', execution_id: `exec of ${a} by ${first.id}`, code: null },
    { item: b, outcome: 'started', execution_id: `exec of ${b} by ${second.id}`, code: null },
    { item: c, outcome: 'started', execution_id: `exec of ${c} by ${second.id}`, code: null },
  ]);
  // Of another workflow it is another time.
  expect((await ended(org, await create(org, [a]))).counts).toEqual({ started: 1 });
});

test('a time that a job left when it was cancelled is started by the next one, under the id that it would have had', async () => {
  const org = uniqueName('org');
  const workflow = newId('workflow');
  const [a = '', b = ''] = timesOf(2);
  scheduler = () => {
    throw new AppError('SERVICE_UNAVAILABLE');
  };
  const first = await create(org, [a], workflow);
  await waitUntil('an attempt', () => asked.length > 0);
  await fixture.client.request(CancelJob, { organisation_id: org, job_id: first.id });
  scheduler = started;
  const second = await ended(org, await create(org, [a, b], workflow));
  const execution_id = `exec of ${a} by ${first.id}`;
  expect(second.results).toEqual([
    { item: a, outcome: 'started', execution_id, code: null },
    { item: b, outcome: 'started', execution_id: `exec of ${b} by ${second.id}`, code: null },
  ]);
  expect(asked.filter(({ job_id }) => job_id === first.id).at(-1)).toMatchObject({ job_created_at: first.created_at });
  const third = await ended(org, await create(org, [a], workflow));
  expect(third.results).toEqual([{ item: a, outcome: 'already_ran', execution_id, code: null }]);
});

test('organisations take turns, however many jobs one of them has', async () => {
  const [many, few] = [uniqueName('org'), uniqueName('org')];
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  scheduler = async (question) => {
    await held;
    return started(question);
  };
  const items = timesOf(5 * LIMITS.jobBatch);
  const large = await Promise.all(Array.from({ length: 4 }, () => create(many, items)));
  await waitUntil('the first to be under way', () => asked.length > 0);
  const small = await create(few, timesOf(1));
  release();
  await ended(few, small);
  const before = asked.findIndex(({ organisation_id }) => organisation_id === few);
  // Of 20 batches that were there before it.
  expect(before).toBeLessThan(10);
  for (const job of large) expect(await ended(many, job)).toMatchObject({ status: 'completed' });
});

test('a job that is cancelled does nothing more, and what has ended cannot be cancelled', async () => {
  const org = uniqueName('org');
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  scheduler = async (question) => {
    await held;
    return started(question);
  };
  const job = await create(org, timesOf(3 * LIMITS.jobBatch));
  await waitUntil('it to be under way', () => asked.length > 0);
  const question = { organisation_id: org, job_id: job.id };
  expect(await fixture.client.request(CancelJob, question)).toMatchObject({ status: 'cancelled' });
  release();
  // What was under way is sent all the same.
  await waitUntil('the results of what was under way', async () => (await get(org, job.id)).done === LIMITS.jobBatch);
  expect(await get(org, job.id)).toMatchObject({ status: 'cancelled', counts: { started: LIMITS.jobBatch } });
  await expect(fixture.client.request(CancelJob, question)).rejects.toMatchObject({
    code: 'JOB_FINISHED',
    details: { status: 'cancelled' },
  });
  await ended(org, await create(org, timesOf(1)));
  expect(asked.filter(({ job_id }) => job_id === job.id)).toHaveLength(1);
});

test('an organisation has so many jobs that have not ended, and sees those of no other', async () => {
  const org = uniqueName('org');
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  scheduler = async (question) => {
    await held;
    return started(question);
  };
  const jobs: JobResource[] = [];
  for (let n = 0; n < LIMITS.jobsUnfinished; n++) jobs.push(await create(org, timesOf(1)));
  await expect(create(org, timesOf(1))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  release();
  for (const job of jobs) await ended(org, job);
  await ended(org, await create(org, timesOf(1)));

  const page = await fixture.client.request(ListJobs, { organisation_id: org, limit: 2 });
  expect(page).toMatchObject({ has_more: true, jobs: [{ status: 'completed', total: 1 }, { id: jobs.at(-1)?.id }] });
  expect(JSON.stringify(page)).not.toContain('results');
  const rest = { organisation_id: org, limit: 100, starting_after: page.next_cursor ?? '' };
  expect((await fixture.client.request(ListJobs, rest)).jobs).toHaveLength(LIMITS.jobsUnfinished - 1);

  const other = { organisation_id: uniqueName('org'), job_id: jobs[0]?.id ?? '' };
  expect(await fixture.client.request(ListJobs, { organisation_id: other.organisation_id, limit: 5 })).toMatchObject({
    jobs: [],
  });
  for (const question of [GetJob, CancelJob])
    await expect(fixture.client.request(question, other)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
});

describe('a job of the release before, which did not count items', () => {
  const hour = 3_600_000;
  const insert = async (
    organisation_id: string,
    members: object,
  ): Promise<{ organisation_id: string; job_id: string }> => {
    const [_id, now] = [newId('job'), new Date()];
    const parameters = JSON.stringify({ workflow_id: newId('workflow'), index: 0 });
    const rest = { position: 0, counts: {}, results: [], error: null, fence: 0, created_at: now, updated_at: now };
    const job = {
      organisation_id,
      kind: 'backfill',
      status: 'queued',
      unfinished: true,
      parameters,
      due_at: now,
      ...rest,
      ended_at: null,
    };
    const record = { _id, ...job, ...members };
    await fixture.mongo.collection<{ _id: string }>('jobs').insertOne(record);
    return { organisation_id, job_id: _id };
  };

  test('is carried out, ends, and is shown with their number from then on', async () => {
    const org = uniqueName('org');
    const items = timesOf(LIMITS.jobBatch + 2);
    const { job_id } = await insert(org, { items });
    const done = await ended(org, await get(org, job_id));
    expect(done).toMatchObject({ status: 'completed', total: items.length, done: items.length });
    expect(asked.map(({ times }) => times.length)).toEqual([LIMITS.jobBatch, 2]);
  });

  test('is listed, shown and cancelled with their number', async () => {
    const org = uniqueName('org');
    const later = new Date(Date.now() + hour);
    const former = { status: 'completed', ended_at: new Date(), items: timesOf(2), position: 2, due_at: later };
    await insert(org, former);
    const waits = await insert(org, { items: timesOf(3), due_at: later });
    // Before anybody has read it: then none are left.
    expect(await fixture.client.request(CancelJob, waits)).toMatchObject({ status: 'cancelled', total: 3 });
    const { jobs } = await fixture.client.request(ListJobs, { organisation_id: org, limit: 5 });
    expect(jobs.map(({ total }) => total)).toEqual([3, 2]);
    expect(asked).toEqual([]);
  });

  test('ends when no items are left, whatever their number is said to be', async () => {
    const org = uniqueName('org');
    const { job_id } = await insert(org, { items: timesOf(1), total: 3 });
    expect(await ended(org, await get(org, job_id))).toMatchObject({ status: 'completed', done: 1 });
  });
});
