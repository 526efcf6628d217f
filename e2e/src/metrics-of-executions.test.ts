import { setTimeout as sleep } from 'node:timers/promises';
import { FakeHttpServer, freePort } from '@millrace/testing';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { LiveClient } from './support/live-client.js';
import { measured, rising, sumAt, untilMeasured } from './support/measured.js';
import { anOrganisation } from './support/organisations.js';
import { readEndpoints } from './support/platform.js';
import { allReady } from './support/readiness.js';
import { startReplicas } from './support/replicas.js';
import { kill, whileHung, withoutRestarts } from './support/stopped.js';

/*
 * What is done to executions is seen in the metrics of the services that do it. Which test shows which metric is in
 * packages/development/test/observability/shown-by.ts.
 */

const RUNS = { stream: 'RUNS' };
/** How often history measures the queues. */
const MEASURED_EVERY_MS = 5_000;
/** More than may call one service at the same time before it is known to be quick (16), and fewer than an organisation has slots. */
const CALLERS = 24;

const api = new ApiClient();
let service: FakeHttpServer;
beforeAll(async () => {
  service = await FakeHttpServer.start();
});
afterAll(() => service.stop());

const call = (path: string, more: object = {}) => ({
  id: 'call',
  type: 'http',
  config: { url: `${service.url}${path}` },
  ...more,
});
/** Calls to a path get no response before they are released. */
function heldCalls(path: string): { path: string; release: () => void } {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  service.on(path, () => held.then(() => ({ body: {} })));
  return { path, release };
}
const create = (...steps: readonly object[]) => api.create({ name: 'Is measured', steps });

test('an execution that calls, waits and ends', async () => {
  const { id } = await create(call('/once'), { id: 'pause', type: 'wait', config: { duration: '3s' } });
  await rising(
    [
      ['gateway', 'millrace_http_request_seconds_count', { method: 'POST', route: '/v1/workflows/:workflow_id/execute', status: '2xx' }], // prettier-ignore
      ['executor', 'millrace_executions_total', { status: 'completed' }],
      ['executor', 'millrace_executions_suspended_total'],
      ['executor', 'millrace_steps_total', { type: 'http', result: 'completed' }],
      ['executor', 'millrace_step_duration_seconds_count', { type: 'http' }],
      ['executor', 'millrace_journal_appends_total'],
      ['history', 'millrace_history_projected_total', { outcome: 'written' }],
      ['history', 'millrace_history_batch_seconds_count'],
      ['history', 'millrace_stream_last_sequence', RUNS],
    ],
    () => api.run(id),
  );
});

test('an attempt that failed and is made again', async () => {
  service.sequence('/flaky', [{ status: 503 }, { status: 200, body: {} }]);
  const retry = { max_attempts: 2, initial_delay: '10ms' };
  const { id } = await create(call('/flaky', { retry }));
  await rising([['executor', 'millrace_step_retries_total', { type: 'http' }]], () => api.run(id));
});

test('calls that are not made, since nobody is there', async () => {
  const gone = `http://127.0.0.1:${await freePort()}/`;
  const step = { id: 'call', type: 'http', config: { url: gone }, retry: { max_attempts: 1 } };
  const config = { items: '{{[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}}', continue_on_item_error: true, steps: [step] };
  const { id } = await create({ id: 'all', type: 'loop', config });
  const { execution_id } = await rising([['executor', 'millrace_http_calls_held_back_total']], () => api.execute(id));
  await api.ended(execution_id);
});

test('calls that wait for others to the same service, and messages that are under way meanwhile', async () => {
  const { path, release } = heldCalls('/slow');
  const { id } = await create(call(path));
  try {
    const started = await rising([['executor', 'millrace_http_calls_queued_total']], () =>
      Promise.all(Array.from({ length: CALLERS }, () => api.execute(id))),
    );
    const underWay = () => measured('history', 'millrace_consumer_under_way', RUNS);
    await untilMeasured('executions are under way', underWay, (count) => count > 0);
    await untilMeasured('they are in the queue', () => measured('history', 'millrace_stream_messages', RUNS), (count) => count > 0); // prettier-ignore
    await untilMeasured('they have a size', () => measured('history', 'millrace_stream_bytes', RUNS), (bytes) => bytes > 0); // prettier-ignore
    const age = () => measured('history', 'millrace_stream_oldest_seconds', RUNS);
    await untilMeasured('they have an age', age, (seconds) => seconds > 0);
    const before = await age();
    await untilMeasured('they get older', age, (seconds) => seconds > before);
    release();
    for (const { execution_id } of started) await api.ended(execution_id);
  } finally {
    release();
  }
});

test('what waits while there is no executor', async () => {
  const { id } = await create({ id: 'one', type: 'transform', config: { output: 1 } });
  const waiting = () => measured('history', 'millrace_consumer_waiting', RUNS);
  const { execution_id } = await withoutRestarts(async () => {
    kill('executor');
    // The server may still give some to the executor that is gone.
    return eventually('one waits', async () => {
      const started = await api.execute(id);
      await sleep(MEASURED_EVERY_MS);
      return (await waiting()) > 0 ? started : undefined;
    });
  });
  await api.ended(execution_id);
  await untilMeasured('nothing waits', waiting, (count) => count === 0);
  await allReady();
});

test('an executor that hangs: another one takes its execution over, and it gives that up', async () => {
  const { path, release } = heldCalls('/begun');
  const { id } = await create(call(path, { timeout: '10m' }));
  const { execution_id } = await api.execute(id);
  await eventually('it has begun', () => service.callsTo(path)[0]);
  const [other] = await startReplicas(['executor']);
  try {
    const fenced = () => measured('executor', 'millrace_executions_fenced_total');
    const before = await fenced();
    await whileHung('service:executor', async () => {
      const replayed = () => sumAt(other?.healthUrl ?? '', 'millrace_executions_replayed_total');
      await untilMeasured('it is taken over', replayed, (count) => count > 0);
      const again = () => measured('history', 'millrace_consumer_redelivered', RUNS);
      await untilMeasured('its message came again', again, (count) => count > 0);
    });
    release();
    await untilMeasured('it is given up', fenced, (count) => count > before);
    await api.ended(execution_id);
  } finally {
    release();
    await other?.stop();
    await allReady();
  }
});

test('streams of events', async () => {
  const { id } = await create(call('/streamed'), { id: 'pause', type: 'wait', config: { duration: '3s' } });
  const open = () => measured('gateway', 'millrace_live_streams');
  const before = await open();
  await rising([['gateway', 'millrace_live_streams_ended_total', { reason: 'ended' }]], async () => {
    const { execution_id } = await api.execute(id);
    const client = await LiveClient.open(`/executions/${execution_id}/events`);
    await untilMeasured('it is open', open, (count) => count > before);
    await client.untilOver();
  });
  await rising([['gateway', 'millrace_live_streams_ended_total', { reason: 'gone' }]], async () => {
    const client = await LiveClient.open('/events');
    await client.untilPlace();
    client.close();
  });
  await untilMeasured('none is open that was not before', open, (count) => count <= before);
});

test('calls above a limit, and calls that are counted without Redis', async () => {
  const own = new ApiClient((await anOrganisation({ executions_per_minute: 1 })).token);
  const { id } = await own.create({
    name: 'Is limited',
    steps: [{ id: 'one', type: 'transform', config: { output: 1 } }],
  });
  await rising([['gateway', 'millrace_rate_limited_total', { kind: 'executions' }]], () =>
    eventually('a refusal', async () => {
      const { status } = await own.call('POST', `/workflows/${id}/execute`, { json: {} });
      return status === 429 || undefined;
    }),
  );
  await rising([['gateway', 'millrace_rate_limit_local_total']], () =>
    whileHung('server:redis', () => api.expect(200, 'GET', '/workflows?per_page=1')),
  );
  await allReady();
});

test('credits that calls of models take, and calls that are refused for want of them', async () => {
  const operator = new ApiClient(readEndpoints().operator_token);
  const { id, token } = await anOrganisation();
  const own = new ApiClient(token);
  const credits = (amount: number) =>
    operator.expect(200, 'PATCH', `/organisations/${id}`, { json: { credits: amount } });
  const config = { prompt: 'Say hello', max_tokens: 200 };
  const workflow = await own.create({
    name: 'Is paid for',
    trigger: { type: 'webhook', config: {} },
    steps: [{ id: 'ask', type: 'ai_completion', config }],
  });
  await credits(500_000);
  await rising([['executor', 'millrace_credits_charged_total']], () => own.run(workflow.id));
  await credits(0);
  // A start by the API is refused before it asks a model.
  await rising([['executor', 'millrace_credits_refused_total', { reason: 'insufficient' }]], () =>
    new ApiClient(null).expect(202, 'POST', ApiClient.webhookPath(workflow), { json: {} }),
  );
});

test('a process that does nothing for a while', async () => {
  await rising([['gateway', 'millrace_event_loop_long_pauses_total']], () =>
    whileHung('service:gateway', () => sleep(1_000)),
  );
});
