import {
  AppError,
  CancelExecution,
  CreateJob,
  GetJob,
  LIMITS,
  newId,
  RestartExecutions,
  type JobResource,
  type JobResult,
  type RequestDefinition,
} from '@millrace/contracts';
import { HEADERS, newHeaders } from '@millrace/messaging';
import { uniqueName, waitUntil } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

type Restart = (typeof RestartExecutions)['question']['_output'];
type Cancel = (typeof CancelExecution)['question']['_output'];

let fixture: Fixture;
/** What history and an executor were asked, and what they do. */
const cancels: Cancel[] = [];
const restarts: Restart[] = [];
let history: (question: Cancel) => void;
let executor: (question: Restart) => { results: JobResult[]; resume_at?: string };

/** In the place of another service. */
function answer<Question>({ subject }: RequestDefinition<Question, unknown>, reply: (question: Question) => object) {
  fixture.client.connection.subscribe(subject, {
    callback: (_, message) => {
      try {
        message.respond(JSON.stringify(reply(message.json<Question>())));
      } catch (error) {
        const { code, details } = error as AppError;
        const headers = newHeaders();
        headers.set(HEADERS.error, code);
        message.respond(JSON.stringify({ code, message: 'x', details }), { headers });
      }
    },
  });
}

const okOf = ({ execution_ids, begun_at }: Restart): JobResult[] =>
  execution_ids.map((item) => ({ item, outcome: 'ok', execution_id: `${item} at ${begun_at}`, code: null }));

/** What an execution looks like is nothing to who cancels it. */
const CANCELLED = {
  ...{ id: 'exec_1', execution_id: 'exec_1', workflow_id: 'wf_1', workflow_version: 1, status: 'cancelled' },
  ...{ trigger: { type: 'api' }, started_at: '2026-01-01T00:00:00.000Z', completed_at: null, duration_ms: null },
  ...{ input: null, output: null, error: null, steps: [], steps_total: 0 },
};

beforeAll(async () => {
  fixture = await openFixture();
  answer(CancelExecution, (question) => {
    cancels.push(question);
    history(question);
    return CANCELLED;
  });
  answer(RestartExecutions, (question) => {
    restarts.push(question);
    return executor(question);
  });
  await Promise.all([fixture.start(), fixture.start()]);
}, 180_000);
beforeEach(() => {
  cancels.length = restarts.length = 0;
  history = () => undefined;
  executor = (question) => ({ results: okOf(question) });
});
afterAll(() => fixture.stop());

const someIds = (count: number): string[] => Array.from({ length: count }, () => newId('execution'));

function create(organisation_id: string, action: string, items: string[], request_key?: string): Promise<JobResource> {
  const parameters = { action, filter: { status: 'failed' }, requested_by: 'tok_1' };
  return fixture.client.request(CreateJob, { organisation_id, kind: 'bulk', parameters, items, request_key });
}

const get = (organisation_id: string, job_id: string) => fixture.client.request(GetJob, { organisation_id, job_id });

const ended = (organisation_id: string, { id }: JobResource): Promise<JobResource> =>
  waitUntil(
    'the job to end',
    async () => {
      const job = await get(organisation_id, id);
      return job.ended_at === null ? undefined : job;
    },
    20_000,
  );

test('cancels each execution in the name of who asked, and says of those that could not be why', async () => {
  const org = uniqueName('org');
  const [running = '', over = '', twice = '', lost = ''] = someIds(4);
  let failures = 1;
  history = ({ execution_id }) => {
    if (execution_id === over) throw new AppError('EXECUTION_FINISHED', { details: { status: 'completed' } });
    if (execution_id === twice && failures-- > 0) throw new AppError('SERVICE_UNAVAILABLE');
    if (execution_id === twice) throw new AppError('EXECUTION_FINISHED', { details: { status: 'cancelled' } });
    if (execution_id === lost) throw new AppError('INPUT_LOST');
  };
  const done = await ended(org, await create(org, 'cancel', [running, over, twice, lost]));
  expect(done).toMatchObject({ status: 'completed', total: 4, done: 4, counts: { ok: 2, skipped: 1, failed: 1 } });
  expect(done.results.map(({ item, outcome, code }) => [item, outcome, code])).toEqual([
    [running, 'ok', null],
    [over, 'skipped', 'EXECUTION_FINISHED'],
    // The answer of the first attempt was lost.
    [twice, 'ok', null],
    [lost, 'failed', 'INPUT_LOST'],
  ]);
  expect(cancels.map(({ execution_id }) => execution_id)).toEqual([running, over, twice, twice, lost]);
  expect(cancels[0]).toMatchObject({ organisation_id: org, by: 'tok_1', steps: 'none' });
});

test('what is asked for again is asked for with the same time, however far the attempts before came', async () => {
  const org = uniqueName('org');
  const items = someIds(LIMITS.jobBatch + 3);
  let asked = 0;
  executor = (question) => {
    asked++;
    if (asked === 2) throw new AppError('SERVICE_UNAVAILABLE');
    // A part of them each time, as one does who has had his share.
    return { results: okOf(question).slice(0, 7), resume_at: new Date(Date.now() + 100).toISOString() };
  };
  const done = await ended(org, await create(org, 'retry', items));
  expect(done).toMatchObject({ status: 'completed', counts: { ok: items.length } });
  expect(done.results.map(({ item }) => item)).toEqual(items);
  expect(restarts.map(({ execution_ids }) => execution_ids)).toEqual([
    items.slice(0, 20),
    ...[items.slice(7, 20), items.slice(7, 20)],
    items.slice(14, 20),
    items.slice(20),
  ]);
  const [first, ...others] = restarts.map(({ begun_at }) => begun_at);
  expect(others.slice(0, 3)).toEqual([first, first, first]);
  expect(others[3]).not.toBe(first);
  expect(restarts[0]).toMatchObject({ organisation_id: org, job_id: done.id, kind: 'retry' });
});

test('waits until there is a share of starts again', async () => {
  const org = uniqueName('org');
  const items = someIds(2);
  let resumeAt = 0;
  executor = (question) => {
    if (resumeAt > 0) return { results: okOf(question) };
    resumeAt = Date.now() + 1_500;
    return { results: [], resume_at: new Date(resumeAt).toISOString() };
  };
  const done = await ended(org, await create(org, 'replay', items));
  expect(done.counts).toEqual({ ok: 2 });
  expect(restarts).toHaveLength(2);
  expect(Date.parse(done.updated_at)).toBeGreaterThanOrEqual(resumeAt);
});

test('one request makes one job, of whatever it is asked again', async () => {
  const [org, other] = [uniqueName('org'), uniqueName('org')];
  const job = await create(org, 'retry', someIds(2), 'key');
  const again = await create(org, 'retry', someIds(3), 'key');
  expect([again.id, again.total]).toEqual([job.id, 2]);
  expect((await create(org, 'retry', someIds(1), 'another')).id).not.toBe(job.id);
  expect((await create(other, 'retry', someIds(1), 'key')).id).not.toBe(job.id);
  await ended(org, job);
  expect((await create(org, 'retry', someIds(1), 'key')).id).toBe(job.id);
});

test('of a large job the results of the first thousand are kept, and all are counted', async () => {
  const org = uniqueName('org');
  const items = someIds(LIMITS.jobResults + 25);
  const done = await ended(org, await create(org, 'retry', items));
  expect(done).toMatchObject({ total: items.length, done: items.length, counts: { ok: items.length } });
  expect(done.results.map(({ item }) => item)).toEqual(items.slice(0, LIMITS.jobResults));
});
