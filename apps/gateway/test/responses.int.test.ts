import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import {
  executionEndpoints,
  ExecutionAnswered,
  GetExecution,
  GetExecutionValue,
  newId,
  ReceiveWebhook,
  WebhookSnapshot,
  type StepResponse,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { startGateway, TOKEN, WORKFLOW, type GatewaySettings, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';

const EXECUTION = executionEndpoints.get.answer.example;
const WAITS = `wh_${'w'.repeat(24)}`;
const PROMPT = `wh_${'p'.repeat(24)}`;
const SHORT = `wh_${'s'.repeat(24)}`;
const SHOWS_OUTPUT = `wh_${'o'.repeat(24)}`; // Of a workflow without a step that responds.

let gateway: RunningGateway;
let others: NatsBus; // In the place of dispatcher, executor and history.
/** What the dispatcher was asked, in order. */
let calls: { execution_id?: string; awaited?: boolean }[];
/** What it does: by default it takes the id that the gateway has chosen. */
let dispatch: (chosen: string) => { execution_id: string; duplicate: boolean; differs?: boolean };
/** What history says of an execution. */
let records: Map<string, object>;
/** What history says of any execution after so many questions, as long as it is behind. */
let late: { reads: number; record: object } | undefined;

async function begin(settings: GatewaySettings = {}): Promise<void> {
  gateway = await startGateway(settings);
  others = await connectBus({ url: gateway.natsUrl, name: 'others', logger: silentLogger });
  [calls, records, late] = [[], new Map(), undefined];
  dispatch = (chosen) => ({ execution_id: chosen, duplicate: false });
  reply(ReceiveWebhook.subject, (call) => {
    calls.push(call);
    const chosen = typeof call['execution_id'] === 'string' ? call['execution_id'] : newId('execution');
    const started = {
      workflow_id: WORKFLOW,
      organisation_id: 'org_a',
      status: 'running',
      started_at: EXECUTION.completed_at,
    };
    return { ...started, ...dispatch(chosen) };
  });
  reply(GetExecution.subject, ({ execution_id: id }) => ({
    ...EXECUTION,
    id,
    execution_id: id,
    status: 'running',
    steps: [],
    ...(late && late.reads-- <= 0 ? late.record : records.get(id as string)),
  }));
  await others.connection.flush();
  for (const [webhook_id, more] of [
    [WAITS, { respond: 'wait', respond_timeout: 50 }],
    [SHORT, { respond: 'wait', respond_timeout: '1s' }],
    [SHOWS_OUTPUT, { respond: 'wait', respond_timeout: 50, responds_with_output: true }],
    [PROMPT, {}],
  ] as const) {
    const value = { webhook_id, organisation_id: 'org_a', workflow_id: WORKFLOW, method: 'POST', ...more };
    await others.snapshots.put(WebhookSnapshot, value, value);
  }
}
afterEach(async () => {
  await others.close();
  await gateway.stop();
});

function reply(subject: string, answer: (question: Record<string, unknown>) => object): void {
  others.connection.subscribe(subject, {
    callback: (_, message) => {
      message.respond(JSON.stringify(answer(message.json<Record<string, unknown>>())));
    },
  });
}

const call = (webhookId: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}/v1/webhooks/${webhookId}`, { method: 'POST', body: '{}', headers });
const start = (query: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}/v1/workflows/${WORKFLOW}/execute${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  });
const dispatched = (number = 1): Promise<string> =>
  waitUntil('the call to be passed on', () => calls[number - 1]?.execution_id);
const answer = (execution_id: string, response?: Partial<StepResponse>, more: object = {}): Promise<void> =>
  others.tell(ExecutionAnswered, {
    execution_id,
    organisation_id: 'org_a',
    ...(response === undefined ? {} : { response: { status: 200, headers: {}, ...response } }),
    ...more,
  });
const recordedStep = (output: unknown) => ({
  ...EXECUTION.steps[0],
  path: 'answer',
  type: 'respond',
  status: 'completed',
  output,
});

describe('the caller of a webhook that waits', () => {
  beforeEach(() => begin());

  it('gets the response of the workflow: status, headers and body, at the cost of its organisation', async () => {
    const received = once(gateway.app.getHttpServer(), 'request') as Promise<[IncomingMessage]>;
    const answered = call(WAITS);
    const id = await dispatched();
    // Of another execution, and of another organisation that would like to answer.
    await answer(newId('execution'), { body: 'other' });
    await answer(id, { body: 'foreign' }, { organisation_id: 'org_b' });
    await answer(id, { status: 201, headers: { 'x-answer': 'yes', location: '/o/1' }, body: { n: 1 } });
    const response = await answered;
    expect([response.status, await response.json()]).toEqual([201, { n: 1 }]);
    const { headers } = response;
    expect([headers.get('x-answer'), headers.get('location')]).toEqual(['yes', '/o/1']);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(calls[0]?.awaited).toBe(true);
    expect((await received)[0]).toMatchObject({ calledOrganisationId: 'org_a' });
  });

  it('gets a text as it is, with the media type that the workflow names, and nothing where it says nothing', async () => {
    const page = call(WAITS);
    await answer(await dispatched(), { headers: { 'content-type': 'text/html' }, body: '<p>ü</p>' });
    expect([(await page).headers.get('content-type'), await (await page).text()]).toEqual([
      'text/html; charset=utf-8',
      '<p>ü</p>',
    ]);
    const empty = call(WAITS);
    await answer(await dispatched(2), { status: 204 });
    expect([(await empty).status, await (await empty).text()]).toEqual([204, '']);
  });

  it('gets nothing that concerns others at the same address, whatever the workflow says', async () => {
    const headers = {
      'set-cookie': 'session=1',
      'content-security-policy': 'default-src *',
      'service-worker-allowed': '/',
      'clear-site-data': '"*"',
      'strict-transport-security': 'max-age=0',
      'access-control-allow-credentials': 'true',
      'x-content-type-options': 'none',
      'content-length': '1',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      connection: 'close',
      'x-request-id': 'mine',
      'x-ratelimit-limit': '1',
      'x-kept': 'yes',
    };
    const answered = call(WAITS, { 'x-request-id': 'req-1' });
    await answer(await dispatched(), { headers, body: 'whole' });
    const response = await answered;
    expect(await response.text()).toBe('whole');
    const got = (name: string) => response.headers.get(name);
    expect(got('content-security-policy')).toBe('sandbox allow-scripts allow-forms');
    expect([got('x-content-type-options'), got('x-request-id'), got('x-kept')]).toEqual(['nosniff', 'req-1', 'yes']);
    const dropped = Object.keys(headers).filter((name) => headers[name as keyof typeof headers] === got(name));
    expect(dropped.filter((name) => name !== 'x-kept')).toEqual([]);
    expect(got('set-cookie')).toBeNull();
  });

  it('gets the response without a header that HTTP cannot carry, as a masked secret makes one', async () => {
    const answered = call(WAITS);
    const headers = {
      'x-token': '••••',
      'x-two-lines': 'a\r\nb',
      'a name': 'x',
      'x-kept': 'yes',
      'content-type': '••/html',
    };
    await answer(await dispatched(), { status: 201, headers, body: 'whole' });
    const response = await answered;
    expect([response.status, await response.text(), response.headers.get('x-kept')]).toEqual([201, 'whole', 'yes']);
    expect(['x-token', 'x-two-lines'].filter((name) => response.headers.has(name))).toEqual([]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('gets its response also where the media type is none, or has parameters that are none', async () => {
    const types = ['nonsense', 'text/', ';', 'text/html; charset', 'a/b; c="d', 'a/b; c d=e', 'a/b; =c'];
    for (const [number, type] of types.entries()) {
      const answered = call(WAITS);
      await answer(await dispatched(number + 1), { status: 201, headers: { 'content-type': type }, body: 'whole' });
      const response = await answered;
      expect([type, response.status, await response.text()]).toEqual([type, 201, 'whole']);
    }
  });

  it('gets the response that is recorded when only the end is sent, and history is a little late', async () => {
    const answered = call(WAITS);
    const id = await dispatched();
    late = {
      reads: 3,
      record: { status: 'completed', steps: [recordedStep({ status: 200, headers: {}, body: 'read' })] },
    };
    await answer(id, undefined, { ended: true });
    const response = await answered;
    expect([response.status, await response.text()]).toEqual([200, 'read']);
  });

  it('gets a response that is too large for a message, also when the end comes right after it', async () => {
    const body = 'y'.repeat(900_000);
    const answered = call(WAITS);
    const id = await dispatched();
    await answer(id, { body });
    await answer(id, undefined, { ended: true });
    expect((await (await answered).text()) === body).toBe(true);
  });

  it.each([
    [WAITS, 'a 202 after a failure', { status: 'failed' }, 202],
    [WAITS, 'a 202, not the output, where none of the steps that respond has run', { output: 'secret' }, 202],
    [SHOWS_OUTPUT, 'the output as JSON where no step responds', { output: { n: 1 } }, [200, 'json', '{"n":1}']],
    [SHOWS_OUTPUT, 'a text as it is', { output: '<p>' }, [200, 'plain', '<p>']],
    [SHOWS_OUTPUT, 'null for no output', {}, [200, 'json', 'null']],
    [SHOWS_OUTPUT, 'a 202 for a secret output', { output: '••••' }, 202],
    [SHOWS_OUTPUT, 'a 202 for one above the limit', { output: null, output_ref: { bytes: 1_048_577 } }, 202],
    [SHOWS_OUTPUT, 'a 202 after a failure', { status: 'failed', output: { n: 1 } }, 202],
  ])('gets at the end (%s) %s', async (webhookId, _, record, expected) => {
    const answered = call(webhookId);
    const id = await dispatched();
    records.set(id, { status: 'completed', output: undefined, ...record });
    await answer(id, undefined, { ended: true });
    const response = await answered;
    const [type, text] = [/[/](\w+)/.exec(response.headers.get('content-type') ?? '')?.[1], await response.text()];
    if (expected === 202) expect([response.status, (JSON.parse(text) as { id: string }).id]).toEqual([202, id]);
    else expect([response.status, type, text]).toEqual(expected);
    expect(response.headers.get('content-security-policy')?.startsWith('sandbox') ?? false).toBe(expected !== 202);
  });

  it('gets a large output whole, and the same again when its delivery is a repetition', async () => {
    const first = newId('execution');
    dispatch = () => ({ execution_id: first, duplicate: true });
    records.set(first, { status: 'completed', output: null, output_ref: { bytes: 300_000, sha256: 'x', href: 'x' } });
    reply(GetExecutionValue.subject, ({ value, execution_id }) => ({ json: JSON.stringify([value, execution_id]) }));
    await others.connection.flush();
    const response = await call(SHOWS_OUTPUT);
    expect([await response.json(), response.headers.get('idempotency-replayed')]).toEqual([['output', first], 'true']);
  });

  it('gets a 202 when the time of the trigger is over', async () => {
    const response = await call(SHORT);
    const got: unknown[] = [response.status, await response.json()];
    expect(got).toMatchObject([202, { id: calls[0]?.execution_id, status: 'running' }]);
  });

  it('gets a 202 when its delivery is a repetition that carries something else, whatever the first one got', async () => {
    const first = newId('execution');
    dispatch = () => ({ execution_id: first, duplicate: true, differs: true });
    records.set(first, { steps: [recordedStep({ status: 200, headers: {}, body: 'of somebody else' })] });
    const response = await call(WAITS);
    const got = [response.status, response.headers.get('idempotency-replayed'), await response.json()];
    expect(got).toMatchObject([202, 'true', { id: first, status: 'running' }]);
  });

  it('gets the recorded response when its delivery is a repetition', async () => {
    const first = newId('execution');
    dispatch = () => ({ execution_id: first, duplicate: true });
    records.set(first, { steps: [recordedStep({ status: 418, headers: {}, body: 'tea' })] });
    const response = await call(WAITS);
    const got = [response.status, response.headers.get('idempotency-replayed'), await response.text()];
    expect(got).toEqual([418, 'true', 'tea']);
  });

  it('gets what comes for the first delivery when its own is a repetition, and an old one that was not sent', async () => {
    const first = newId('execution');
    dispatch = () => ({ execution_id: first, duplicate: true });
    const answered = call(WAITS);
    await dispatched();
    // Sent until it arrives: when the gateway knows the other id nobody else sees.
    const end = { done: false };
    void answered.finally(() => (end.done = true));
    await waitUntil('the answer', async () => {
      await answer(first, { body: 'late' });
      return end.done;
    });
    expect(await (await answered).text()).toBe('late');
  });

  it('gets a recorded response that is large, which the record only refers to', async () => {
    const first = newId('execution');
    dispatch = () => ({ execution_id: first, duplicate: true });
    records.set(first, { steps: [recordedStep({ reference: 'somewhere' })] });
    reply(GetExecutionValue.subject, ({ execution_id, path }) => ({
      json: JSON.stringify({ status: 200, headers: {}, body: [execution_id, path] }),
    }));
    await others.connection.flush();
    expect(await (await call(WAITS)).json()).toEqual([first, 'answer']);
  });

  it('is not made to wait where the trigger does not say so', async () => {
    expect((await call(PROMPT)).status).toBe(202);
    expect(calls).toEqual([expect.not.objectContaining({ awaited: true })]);
  });
});

describe('the caller of a start', () => {
  beforeEach(() => begin());

  it('gets the response of the workflow when it asks for that', async () => {
    let queued: string | undefined;
    others.connection.subscribe('runs.>', { callback: (_, { subject }) => void (queued = subject.split('.').at(-1)) });
    await others.connection.flush();
    const answered = start('?wait=50&answer=response');
    await answer(await waitUntil('the start', () => queued), { status: 203, body: 'from the workflow' });
    const response = await answered;
    expect([response.status, await response.text()]).toEqual([203, 'from the workflow']);
    expect(response.headers.get('preference-applied')).toBe('wait=50');
  });

  it('gets the execution at its end otherwise, from who ran it', async () => {
    let queued: string | undefined;
    others.connection.subscribe('runs.>', { callback: (_, { subject }) => void (queued = subject.split('.').at(-1)) });
    await others.connection.flush();
    const answered = start('?wait=50', { 'idempotency-key': randomUUID() });
    const id = await waitUntil('the start', () => queued);
    await answer(id, { body: 'not for it' });
    late = { reads: 3, record: { status: 'completed' } };
    await answer(id, undefined, { ended: true });
    const response = await answered;
    expect([response.status, await response.json()]).toMatchObject([200, { id, status: 'completed' }]);
  });
});

it('gets 202 at once where there is no room to wait, and nobody is asked to respond', async () => {
  await begin({ waitRoom: { all: 1, perOrganisation: 1 } });
  const first = call(WAITS);
  const id = await dispatched();
  expect((await call(WAITS)).status).toBe(202);
  expect(calls[1]?.awaited).toBeUndefined();
  await answer(id, { body: 'one' });
  expect(await (await first).text()).toBe('one');
  const third = call(WAITS);
  await answer(await waitUntil('the third call', () => calls[2]?.execution_id), { body: 'three' });
  expect(await (await third).text()).toBe('three');
});

it('waits in a place that nobody has taken by a call that does not arrive', async () => {
  await begin({ waitRoom: { all: 1, perOrganisation: 1 } });
  const slow = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const client = await RawClient.open(gateway.url);
      client.head(`POST /v1/webhooks/${WAITS} HTTP/1.1`, 'Host: x', 'Content-Length: 10', 'Expect: 100-continue');
      // Released when the body begins to be read.
      await client.answers(1);
      client.socket.write('{');
      return client;
    }),
  );
  const prompt = call(WAITS);
  await answer(await dispatched(), { body: 'prompt' });
  expect(await (await prompt).text()).toBe('prompt');
  slow.forEach((client) => client.end());
});
