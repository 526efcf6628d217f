import type { INestMicroservice } from '@nestjs/common';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { HEADERS, type NatsBus } from '@millrace/messaging';
import {
  connectClient,
  entriesOf,
  eventsAtEnd,
  queueIsEmpty,
  startExecution,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;
let server: FakeHttpServer;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  executor = await startExecutor(nats.url);
  server = await FakeHttpServer.start();
});

afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await server?.stop();
  await nats?.stop();
});

const transform = (id: string, output: unknown, rest: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...rest,
});

describe('an execution', () => {
  it('of five pure steps is one journal entry in all', async () => {
    const document = workflowOf([
      transform('total', '{{input.price * input.quantity}}'),
      { id: 'large', type: 'condition', config: { condition: '{{total.output}} > 100', true_branch: 'discount' } },
      transform('discount', '{{total.output * 0.9}}'),
      { id: 'kind', type: 'switch', config: { value: '{{input.kind}}', cases: [{ equals: 'gift', then: 'wrap' }] } },
      transform('wrap', { text: 'Wrapped for {{input.name}}', price: '{{discount.output}}' }),
    ]);
    const request = await startExecution(bus, document, { price: 20, quantity: 10, kind: 'gift', name: 'Ada' });
    const events = await eventsAtEnd(bus, request);
    expect(events.map((event) => ('path' in event ? `${event.type} ${event.path}` : event.type))).toEqual([
      'started',
      'step_completed total',
      'step_completed large',
      'step_completed discount',
      'step_completed kind',
      'step_completed wrap',
      'completed',
    ]);
    expect(events[0]).toMatchObject({
      workflow_id: request.workflow_id,
      version: 1,
      input: request.input,
      trigger: { type: 'api' },
    });
    expect(events.at(-1)).toMatchObject({ output: { text: 'Wrapped for Ada', price: 180 } });
    // An entry is written every 50 ms for live readers; on a busy machine one of these takes longer than that.
    const entries = [(await entriesOf(bus, request)).length];
    for (let again = 0; again < 20 && !entries.includes(1); again++) {
      const next = await startExecution(bus, document, request.input);
      await eventsAtEnd(bus, next);
      entries.push((await entriesOf(bus, next)).length);
    }
    expect(entries).toContain(1);
    await queueIsEmpty(bus);
  });

  it('marks each journal entry after which it goes on, and not the one that ends it', async () => {
    const marks: boolean[] = [];
    const subscription = bus.connection.subscribe('journal.>', {
      callback: (_error, message) => {
        marks.push(message.headers?.has(HEADERS.continues) ?? false);
      },
    });
    await bus.connection.flush();
    const call = (id: string) => ({ id, type: 'http', config: { method: 'POST', url: server.url, body: { id } } });
    await eventsAtEnd(bus, await startExecution(bus, workflowOf([call('one'), call('two')]), {}));
    await waitUntil('the last entry', () => marks.includes(false));
    subscription.unsubscribe();
    expect(marks).toEqual([true, true, false]);
  });

  it('records the intent of an HTTP step before the call, and all earlier results with it', async () => {
    const seen: string[][] = [];
    const document = workflowOf([
      transform('before', 1),
      {
        id: 'call',
        type: 'http',
        config: { method: 'POST', url: '{{input.url}}/intent', body: { a: '{{before.output}}' } },
      },
      transform('after', { answer: '{{call.data.ok}}', status: '{{call.output.status}}' }),
    ]);
    const started: { request?: Awaited<ReturnType<typeof startExecution>> } = {};
    server.on('/intent', async () => {
      const entries = await entriesOf(bus, await waitUntil('the test knows the execution', () => started.request));
      seen.push(entries.flatMap((entry) => entry.events.map((event) => event.type)));
      return { body: { ok: true } };
    });
    const request = await startExecution(bus, document, { url: server.url });
    started.request = request;
    const events = await eventsAtEnd(bus, request);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { answer: true, status: 200 } });
    expect(seen).toEqual([['started', 'step_completed', 'step_started']]);
    const [call] = server.callsTo('/intent');
    expect(call).toMatchObject({ idempotencyKey: `${request.execution_id}:call`, body: '{"a":1}' });
    expect(call?.headers['user-agent']).toBe('Millrace');
    expect(await entriesOf(bus, request)).toHaveLength(2);
  });

  it('calls several items of a loop at the same time and keeps their order', async () => {
    let atOnce = 0;
    let most = 0;
    server.on('/item', async (call) => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 30));
      atOnce--;
      return { body: JSON.parse(call.body) as object };
    });
    const document = workflowOf([
      {
        id: 'each',
        type: 'loop',
        config: {
          items: '{{input.items}}',
          concurrency: 5,
          steps: [
            {
              id: 'call',
              type: 'http',
              config: { method: 'POST', url: '{{input.url}}/item', body: { item: '{{item}}' } },
            },
            transform('double', '{{call.data.item * 2}}'),
          ],
        },
      },
    ]);
    const items = Array.from({ length: 20 }, (_, index) => index);
    const request = await startExecution(bus, document, { url: server.url, items });
    const events = await eventsAtEnd(bus, request);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: items.map((item) => item * 2) });
    expect(most).toBe(5);
    // Five intents share an append: far fewer entries than calls.
    expect((await entriesOf(bus, request)).length).toBeLessThan(20);
    expect([...server.idempotencyKeys().keys()]).toContain(`${request.execution_id}:each[19].call`);
  });

  it('tries an HTTP step again after 503 and honours Retry-After', async () => {
    server.sequence('/busy', [
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 200, body: { done: true } },
    ]);
    const document = workflowOf([
      {
        id: 'call',
        type: 'http',
        config: { url: '{{input.url}}/busy?key=secret&id={{uuid()}}' },
        retry: { max_attempts: 3, initial_delay: '10ms' },
      },
    ]);
    const request = await startExecution(bus, document, { url: server.url });
    const events = await eventsAtEnd(bus, request);
    const failed = events.find((event) => event.type === 'step_failed');
    expect(failed).toMatchObject({
      attempt: 1,
      error: { code: 'HTTP_STATUS_ERROR', details: { status: 503, path: 'call' } },
    });
    expect(JSON.stringify(failed)).not.toContain('secret');
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { status: 200, body: { done: true } } });
    const [first, second] = events.filter((event) => event.type === 'step_started');
    const [one, two] = server.callsTo('/busy').map((call) => call.path);
    expect(two).toBe(one);
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(990);
  });

  it('fails with the place and the beginning of the answer', async () => {
    server.on('/broken', { status: 422, body: { problem: 'no such customer' } });
    const document = workflowOf([
      { id: 'call', type: 'http', config: { method: 'POST', url: '{{input.url}}/broken' } },
    ]);
    const events = await eventsAtEnd(bus, await startExecution(bus, document, { url: server.url }));
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      path: 'call',
      error: { code: 'HTTP_STATUS_ERROR', details: { status: 422, body: '{"problem":"no such customer"}' } },
    });
    expect(server.callsTo('/broken')).toHaveLength(1);
  });

  it('shows where an expression failed', async () => {
    const document = workflowOf([transform('greet', { text: 'Hello {{input.user.name}}' })]);
    const events = await eventsAtEnd(bus, await startExecution(bus, document, {}));
    expect(events.at(-1)).toMatchObject({ type: 'failed', path: 'greet', error: { code: 'EXPRESSION_FAILED' } });
    const details = (events.at(-1) as { error: { details: Record<string, unknown> } }).error.details;
    expect(details).toMatchObject({ field: 'config.output.text', path: 'greet' });
    expect(details['frame']).toContain('^');
  });

  it('keeps large outputs, which travel through the object store', async () => {
    const text = 'x'.repeat(700_000);
    server.on('/large', { body: { text } });
    const document = workflowOf([
      { id: 'call', type: 'http', config: { url: '{{input.url}}/large' } },
      transform('length', '{{call.data.text.length}}'),
      transform('copy', '{{call.data}}'),
    ]);
    const request = await startExecution(bus, document, { url: server.url });
    const events = await eventsAtEnd(bus, request);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { text } });
  });

  it('fails a step whose answer is too large', async () => {
    server.on('/huge', { body: 'y'.repeat(11 * 1024 * 1024) });
    const document = workflowOf([{ id: 'call', type: 'http', config: { url: '{{input.url}}/huge' } }]);
    const events = await eventsAtEnd(bus, await startExecution(bus, document, { url: server.url }));
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'HTTP_RESPONSE_TOO_LARGE' } });
  });

  it('stops a step at its timeout and the execution at its own', async () => {
    server.on('/slow', () => new Promise(() => undefined));
    const call = { id: 'call', type: 'http', config: { url: '{{input.url}}/slow' } };
    const step = await startExecution(bus, workflowOf([{ ...call, timeout: '100ms', retry: { max_attempts: 1 } }]), {
      url: server.url,
    });
    const whole = await startExecution(bus, workflowOf([call], { settings: { timeout: '150ms' } }), {
      url: server.url,
    });
    expect((await eventsAtEnd(bus, step)).at(-1)).toMatchObject({
      type: 'failed',
      path: 'call',
      error: { code: 'STEP_TIMEOUT' },
    });
    expect((await eventsAtEnd(bus, whole)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'EXECUTION_TIMEOUT' },
    });
  });

  it('stops what runs inside a loop at the timeout of the loop, and goes on', async () => {
    const aborted: string[] = [];
    server.on('/stuck', () => new Promise(() => undefined));
    const call = { id: 'call', type: 'http', config: { url: '{{input.url}}/stuck' } };
    const document = workflowOf([
      {
        id: 'each',
        type: 'loop',
        timeout: '200ms',
        on_error: 'continue',
        config: { items: [1, 2, 3], concurrency: 2, steps: [call] },
      },
      transform('after', '{{each.error.code}}'),
    ]);
    const events = await eventsAtEnd(bus, await startExecution(bus, document, { url: server.url }));
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'STEP_TIMEOUT' });
    for (const event of events) if (event.type === 'step_failed') aborted.push(event.path);
    expect(aborted).toEqual(['each']);
    expect(server.callsTo('/stuck')).toHaveLength(2);
  });

  it('stops a pure loop at the timeout of the execution', async () => {
    const steps = [transform('work', '{{range(0, 2000).map(n => n * 2).sum()}}')];
    const document = workflowOf([{ id: 'all', type: 'loop', config: { items: '{{range(0, 9000)}}', steps } }], {
      settings: { timeout: '200ms' },
    });
    const events = await eventsAtEnd(bus, await startExecution(bus, document, {}));
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'EXECUTION_TIMEOUT' } });
  });

  it('refuses an address that is not allowed', async () => {
    const document = workflowOf([
      { id: 'call', type: 'http', config: { url: 'http://169.254.169.254/latest/meta-data' } },
    ]);
    const events = await eventsAtEnd(bus, await startExecution(bus, document, {}));
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'HTTP_ADDRESS_BLOCKED' } });
  });
});
