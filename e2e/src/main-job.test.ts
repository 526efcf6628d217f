import type { ExecutionResource, WorkflowList, WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually, inParallel } from './support/eventually.js';

const api = new ApiClient();
let service: CountingService;

beforeAll(async () => {
  service = await CountingService.start();
});
afterAll(() => service.stop());

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Every step type that has no outside, an HTTP call, and both ways of a condition. */
const order = {
  name: 'Order intake',
  description: 'Prices an order and tells the warehouse',
  trigger: { type: 'webhook' },
  variables: { vat: 0.19, warehouse: 'placeholder' },
  steps: [
    {
      id: 'lines',
      type: 'loop',
      config: {
        items: '{{input.lines}}',
        steps: [
          {
            id: 'line',
            type: 'transform',
            config: { output: { sku: '{{item.sku}}', net: '{{item.price * item.count}}' } },
          },
        ],
      },
    },
    {
      id: 'total',
      type: 'transform',
      name: 'Sum up',
      config: { output: { net: '{{lines.output.map(line => line.net).sum()}}', first: '{{lines.output[0].sku}}' } },
    },
    {
      id: 'large',
      type: 'condition',
      config: { condition: '{{total.output.net}} > 100', true_branch: 'express', false_branch: 'standard' },
    },
    { id: 'express', type: 'transform', config: { output: { carrier: 'express' } } },
    { id: 'standard', type: 'transform', config: { output: { carrier: 'standard' } } },
    {
      id: 'ship',
      type: 'http',
      config: {
        method: 'POST',
        url: '{{variables.warehouse}}/shipments',
        headers: { 'X-Order': '{{input.id}}' },
        body: { carrier: '{{express.output.carrier ?? standard.output.carrier}}', net: '{{total.output.net}}' },
      },
    },
  ],
  output: { order: '{{input.id}}', shipment: '{{ship.data.call}}', net: '{{total.output.net}}' },
};

const withService = (document: typeof order) => ({
  ...document,
  variables: { ...document.variables, warehouse: service.url },
});

describe('a workflow from creation to result', () => {
  it('is returned at creation with all that the reference shows', async () => {
    const answer = await api.call<Record<string, unknown>>('POST', '/workflows', { json: withService(order) });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      id: expect.stringMatching(/^wf_/) as string,
      name: order.name,
      description: order.description,
      status: 'active',
      version: 1,
      steps: order.steps,
      variables: { vat: 0.19, warehouse: service.url },
      created_at: expect.stringMatching(TIME) as string,
      updated_at: expect.stringMatching(TIME) as string,
      execution_count: 0,
    });
    expect(answer.body['trigger']).toMatchObject({
      type: 'webhook',
      config: { url: expect.stringMatching(/\/v1\/webhooks\/wh_[0-9a-z]+$/) as string },
    });
    expect(answer.headers.get('location')).toBe(`/v1/workflows/${String(answer.body['id'])}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    const read = await api.expect<Record<string, unknown>>(200, 'GET', `/workflows/${String(answer.body['id'])}`);
    expect(read).toEqual(answer.body);
  });

  it('runs loop, transform, condition and HTTP, and reports every step and the output', async () => {
    const workflow = await api.create(withService(order));
    const input = {
      id: 'A-1',
      lines: [
        { sku: 'bolt', price: 30, count: 3 },
        { sku: 'nut', price: 5, count: 8 },
      ],
    };
    const accepted = await api.execute(workflow.id, input);
    expect(accepted).toEqual({
      id: accepted.execution_id,
      execution_id: expect.stringMatching(/^exec_[0-9a-z]{26}$/) as string,
      status: 'running',
      started_at: expect.stringMatching(TIME) as string,
      workflow_id: workflow.id,
    });

    const execution = await api.ended(accepted.execution_id);
    const call = service.calls.find((one) => one.headers['x-order'] === 'A-1');
    expect(call).toMatchObject({ method: 'POST', path: '/shipments', body: { carrier: 'express', net: 130 } });
    const step = (path: string, type: string, output: unknown) => ({
      step_id: path.replace(/^.*\./, ''),
      path,
      type,
      status: 'completed',
      started_at: expect.stringMatching(TIME) as string,
      completed_at: expect.stringMatching(TIME) as string,
      duration_ms: expect.any(Number) as number,
      attempts: 1,
      output,
      error: null,
    });
    const shipped = service.calls.indexOf(call!) + 1;
    const { steps, ...rest } = execution;
    expect(rest).toEqual({
      id: accepted.execution_id,
      execution_id: accepted.execution_id,
      workflow_id: workflow.id,
      workflow_version: 1,
      status: 'completed',
      trigger: { type: 'api' },
      started_at: accepted.started_at,
      completed_at: expect.stringMatching(TIME) as string,
      duration_ms: Date.parse(execution.completed_at!) - Date.parse(execution.started_at),
      input,
      steps_total: steps.length,
      output: { order: 'A-1', shipment: shipped, net: 130 },
      error: null,
    });
    const ran = Object.fromEntries(steps.filter((one) => one.status !== 'skipped').map((one) => [one.path, one]));
    expect(ran).toEqual({
      'lines[0].line': step('lines[0].line', 'transform', { sku: 'bolt', net: 90 }),
      'lines[1].line': step('lines[1].line', 'transform', { sku: 'nut', net: 40 }),
      lines: step('lines', 'loop', [
        { sku: 'bolt', net: 90 },
        { sku: 'nut', net: 40 },
      ]),
      total: step('total', 'transform', { net: 130, first: 'bolt' }),
      large: step('large', 'condition', { result: true, branch: 'true' }),
      express: step('express', 'transform', { carrier: 'express' }),
      ship: step('ship', 'http', {
        status: 200,
        headers: expect.objectContaining({ 'content-type': 'application/json' }) as object,
        body: { ok: true, call: shipped },
      }),
    });
    expect(call!.key).toBe(`${accepted.execution_id}:ship`);
    expect(await api.expect(200, 'GET', `/workflows/${workflow.id}/executions/${execution.id}`)).toEqual(execution);
  });

  it('can be read from the moment it is accepted', async () => {
    const steps = [{ id: 'answer', type: 'transform', config: { output: '{{input.n}}' } }];
    const workflow = await api.create({ name: 'Read at once', trigger: { type: 'webhook' }, steps });
    await inParallel(
      Array.from({ length: 60 }, (_, n) => n),
      6,
      async (n) => {
        const { id } = await api.execute(workflow.id, { n });
        const read = await api.call<ExecutionResource>('GET', `/workflows/${workflow.id}/executions/${id}`);
        expect([read.status, read.body]).toMatchObject([
          200,
          { id, workflow_id: workflow.id, workflow_version: 1, input: { n } },
        ]);
        expect(['running', 'completed']).toContain(read.body.status);
      },
    );
  });

  it('takes the other branch of the condition for another input', async () => {
    const workflow = await api.create(withService(order));
    const execution = await api.run(workflow.id, { id: 'B-1', lines: [{ sku: 'nut', price: 5, count: 8 }] });
    const outputs = Object.fromEntries(execution.steps.map((step) => [step.path, step.output]));
    expect(outputs['large']).toEqual({ result: false, branch: 'false' });
    expect(outputs['standard']).toEqual({ carrier: 'standard' });
    expect(execution.steps.find((step) => step.path === 'express')?.status ?? 'skipped').toBe('skipped');
    expect(service.calls.find((one) => one.headers['x-order'] === 'B-1')?.body).toEqual({
      carrier: 'standard',
      net: 40,
    });
  });

  it('runs switch, parallel, wait and stop', async () => {
    const workflow = await api.create({
      name: 'The other step types',
      trigger: { type: 'webhook' },
      steps: [
        {
          id: 'route',
          type: 'switch',
          config: {
            value: '{{input.kind}}',
            cases: [
              { equals: 'both', then: ['pause', 'both'] },
              { when: 'input.kind == "none"', then: 'halt' },
            ],
            default: 'plain',
          },
        },
        { id: 'pause', type: 'wait', config: { duration: '20ms' } },
        {
          id: 'both',
          type: 'parallel',
          next: null,
          config: {
            branches: [
              { name: 'left', steps: [{ id: 'l', type: 'transform', config: { output: '{{input.n + 1}}' } }] },
              { steps: [{ id: 'r', type: 'transform', config: { output: '{{input.n + 2}}' } }] },
            ],
          },
        },
        { id: 'halt', type: 'stop', config: { status: 'failed', message: 'Nothing to do for {{input.n}}' } },
        { id: 'plain', type: 'transform', config: { output: 'plain' } },
      ],
    });
    const both = await api.run(workflow.id, { kind: 'both', n: 1 });
    expect(both.output).toEqual({ left: 2, '1': 3 });
    expect(both.steps.map((step) => step.path)).toEqual(
      expect.arrayContaining(['route', 'pause', 'both', 'both.left.l', 'both[1].r']),
    );
    expect((await api.run(workflow.id, { kind: 'what', n: 1 })).output).toBe('plain');
    const halted = await api.ended((await api.execute(workflow.id, { kind: 'none', n: 7 })).id);
    expect(halted).toMatchObject({
      status: 'failed',
      error: { code: 'EXECUTION_FAILED', message: 'Nothing to do for 7' },
    });
  });

  it('fails with the code, the step and the status when a service keeps refusing, and goes on where on_error says so', async () => {
    service.answerWith((call) => (call.path === '/refuse' ? { status: 409, body: { reason: 'closed' } } : undefined));
    const http = { id: 'call', type: 'http', config: { method: 'POST', url: `${service.url}/refuse`, body: {} } };
    const strict = await api.create({ name: 'Strict', trigger: { type: 'webhook' }, steps: [http] });
    const failed = await api.ended((await api.execute(strict.id)).id);
    expect(failed).toMatchObject({ status: 'failed', output: null, error: { code: 'HTTP_STATUS_ERROR' } });
    expect(failed.steps).toMatchObject([
      { path: 'call', status: 'failed', error: { code: 'HTTP_STATUS_ERROR', details: { status: 409 } } },
    ]);

    const lenient = await api.create({
      name: 'Lenient',
      trigger: { type: 'webhook' },
      steps: [
        { ...http, on_error: 'continue' },
        { id: 'told', type: 'transform', config: { output: '{{call.status}}: {{call.error.code}}' } },
      ],
    });
    expect((await api.run(lenient.id)).output).toBe('failed: HTTP_STATUS_ERROR');
    service.answerWith(() => undefined);
  });

  it('tries a service again that responds with 503, under the same key', async () => {
    service.answerWith((call) =>
      call.path === '/flaky' && service.callsTo('/flaky').length < 3 ? { status: 503 } : undefined,
    );
    const workflow = await api.create({
      name: 'Flaky service',
      trigger: { type: 'webhook' },
      steps: [
        {
          id: 'call',
          type: 'http',
          retry: { max_attempts: 3, initial_delay: '10ms', backoff: 'constant' },
          config: { method: 'POST', url: `${service.url}/flaky`, body: {} },
        },
      ],
    });
    const execution = await api.run(workflow.id);
    expect(execution.steps).toMatchObject([{ path: 'call', status: 'completed', attempts: 3 }]);
    expect(service.callsTo('/flaky').map((call) => call.key)).toEqual(Array<string>(3).fill(`${execution.id}:call`));
    service.answerWith(() => undefined);
  });
});

describe('a webhook', () => {
  it('starts an execution with the body as input and has the request as trigger', async () => {
    const workflow = await api.create({
      name: 'Echo',
      trigger: { type: 'webhook' },
      steps: [
        {
          id: 'echo',
          type: 'transform',
          config: { output: { who: '{{input.who}}', source: '{{trigger.headers["x-source"]}}' } },
        },
      ],
    });
    const anybody = new ApiClient(null);
    const accepted = await anybody.expect<{ execution_id: string; workflow_id: string }>(
      202,
      'POST',
      `${ApiClient.webhookPath(workflow)}?from=e2e`,
      { json: { who: 'Ada' }, headers: { 'x-source': 'test', authorization: 'Basic c2VjcmV0' } },
    );
    expect(accepted).toMatchObject({ id: accepted.execution_id, status: 'running', workflow_id: workflow.id });
    const execution = await api.ended(accepted.execution_id);
    expect(execution.output).toEqual({ who: 'Ada', source: 'test' });
    expect(execution.trigger).toMatchObject({ type: 'webhook', method: 'POST', query: { from: 'e2e' } });
    expect(JSON.stringify(execution)).not.toContain('c2VjcmV0');
  });

  it('takes forms and text, and no other method than its own', async () => {
    const workflow = await api.create({
      name: 'Forms',
      trigger: { type: 'webhook' },
      steps: [{ id: 'echo', type: 'transform', config: { output: '{{input}}' } }],
    });
    const path = ApiClient.webhookPath(workflow);
    const send = async (type: string, raw: string) => {
      const { execution_id } = await api.expect<{ execution_id: string }>(202, 'POST', path, {
        raw,
        headers: { 'content-type': type },
      });
      return (await api.ended(execution_id)).output;
    };
    expect(await send('application/x-www-form-urlencoded', 'a=1&b=x+y&b=z')).toEqual({ a: '1', b: ['x y', 'z'] });
    expect(await send('text/plain', 'just text')).toBe('just text');
    const refused = await api.call<{ error: { code: string; details: unknown } }>('GET', path);
    expect(refused.status).toBe(405);
    expect(refused.body.error).toMatchObject({ code: 'METHOD_NOT_ALLOWED', details: { allowed: ['POST'] } });
  });

  it('of a paused workflow and of a draft is refused; a draft runs by API call', async () => {
    const steps = [{ id: 'one', type: 'transform', config: { output: 1 } }];
    const workflow = await api.create({ name: 'Sleeping', status: 'paused', trigger: { type: 'webhook' }, steps });
    const webhook = ApiClient.webhookPath(workflow);
    const code = async (path: string) => {
      const answer = await api.call<{ error: { code: string } }>('POST', path, { json: {} });
      return [answer.status, answer.body.error.code];
    };
    expect(await code(webhook)).toEqual([409, 'WORKFLOW_PAUSED']);
    expect(await code(`/workflows/${workflow.id}/execute`)).toEqual([409, 'WORKFLOW_PAUSED']);
    await api.expect(200, 'PATCH', `/workflows/${workflow.id}`, { json: { status: 'draft' } });
    expect(await code(webhook)).toEqual([409, 'WORKFLOW_NOT_ACTIVE']);
    expect((await api.run(workflow.id)).output).toBe(1);
    await api.expect(200, 'PUT', `/workflows/${workflow.id}`, { json: { status: 'active' } });
    await api.expect(202, 'POST', webhook, { json: {} });
  });
});

describe('changes', () => {
  const answering = (value: string) => [{ id: 'answer', type: 'transform', config: { output: value } }];

  it('make a new version by PUT and PATCH, and keep the webhook address', async () => {
    const workflow = await api.create({
      name: 'V',
      description: 'first',
      trigger: { type: 'webhook' },
      steps: answering('one'),
      variables: { a: 1 },
    });
    const changed = await api.call<Record<string, unknown>>('PUT', `/workflows/${workflow.id}`, {
      json: { name: 'W', steps: answering('two') },
    });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).toBe('"2"');
    expect(changed.body).toMatchObject({
      name: 'W',
      description: 'first',
      version: 2,
      variables: { a: 1 },
      steps: answering('two'),
    });
    expect(changed.body['trigger']).toEqual(workflow['trigger']);
    expect((await api.run(workflow.id)).output).toBe('two');

    const patched = await api.expect<Record<string, unknown>>(200, 'PATCH', `/workflows/${workflow.id}`, {
      json: { description: 'third' },
      headers: { 'if-match': '"2"' },
    });
    expect(patched).toMatchObject({ version: 3, name: 'W', description: 'third' });
    const late = await api.call<{ error: { code: string } }>('PUT', `/workflows/${workflow.id}`, {
      json: { name: 'X' },
      headers: { 'if-match': '"2"' },
    });
    expect([late.status, late.body.error.code]).toEqual([412, 'VERSION_CONFLICT']);
  });

  it('leave running executions on the version they started with, and old versions can be run', async () => {
    let release = (): void => undefined;
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    service.answerWith((call) => (call.path === '/held' ? held : undefined));
    const steps = (value: string) => [
      { id: 'call', type: 'http', config: { url: `${service.url}/held` } },
      ...answering(value),
    ];
    const workflow = await api.create({ name: 'Pinned', trigger: { type: 'webhook' }, steps: steps('old') });
    const running = await api.execute(workflow.id);
    await api.expect(200, 'PUT', `/workflows/${workflow.id}`, { json: { steps: steps('new') } });
    const after = await api.execute(workflow.id);
    release();
    expect(await api.ended(running.id)).toMatchObject({ status: 'completed', workflow_version: 1, output: 'old' });
    expect(await api.ended(after.id)).toMatchObject({ status: 'completed', workflow_version: 2, output: 'new' });
    const again = await api.expect<{ id: string }>(202, 'POST', `/workflows/${workflow.id}/execute`, {
      json: { input: {}, version: 1 },
    });
    expect(await api.ended(again.id)).toMatchObject({ workflow_version: 1, output: 'old' });
    service.answerWith(() => undefined);
  });

  it('by DELETE end a workflow, and its executions stay readable', async () => {
    const workflow = await api.create({ name: 'Short-lived', trigger: { type: 'webhook' }, steps: answering('x') });
    const execution = await api.run(workflow.id);
    const deleted = await api.call('DELETE', `/workflows/${workflow.id}`);
    expect([deleted.status, deleted.body]).toEqual([204, undefined]);
    for (const [method, path, json, code] of [
      ['GET', `/workflows/${workflow.id}`, undefined, 'WORKFLOW_NOT_FOUND'],
      ['PUT', `/workflows/${workflow.id}`, { name: 'back' }, 'WORKFLOW_NOT_FOUND'],
      ['DELETE', `/workflows/${workflow.id}`, undefined, 'WORKFLOW_NOT_FOUND'],
      ['POST', `/workflows/${workflow.id}/execute`, { input: {} }, 'WORKFLOW_NOT_FOUND'],
      ['POST', ApiClient.webhookPath(workflow), {}, 'WEBHOOK_NOT_FOUND'],
    ] as const) {
      const answer = await api.call<{ error: { code: string } }>(method, path, { json });
      expect([method, path, answer.status, answer.body.error?.code]).toEqual([method, path, 404, code]);
    }
    expect(await api.execution(execution.id)).toEqual(execution);
  });
});

describe('lists', () => {
  it('of workflows page as in the reference, newest first, with counts of executions', async () => {
    const names = ['L1', 'L2', 'L3'];
    const created: WorkflowResource[] = [];
    for (const name of names)
      created.push(
        await api.create({
          name,
          trigger: { type: 'webhook' },
          steps: [{ id: 's', type: 'transform', config: { output: 1 } }],
        }),
      );
    await api.run(created[2]!.id);
    await api.run(created[2]!.id);
    const first = await api.call<WorkflowList>('GET', '/workflows?page=1&per_page=2');
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ page: 1, per_page: 2, total: expect.any(Number) as number });
    expect(first.body.workflows.map((workflow) => workflow.name)).toEqual(['L3', 'L2']);
    expect(first.headers.get('link')).toContain('rel="next"');
    expect(Object.keys(first.body.workflows[0]!).sort()).toEqual([
      'created_at',
      'description',
      'execution_count',
      'id',
      'last_execution',
      'name',
      'next_run_at',
      'status',
      'tags',
      'triggers',
      'updated_at',
      'version',
    ]);
    await eventually('both executions are counted', async () => {
      const { execution_count: count } = await api.expect<WorkflowResource>(200, 'GET', `/workflows/${created[2]!.id}`);
      return count === 2 || undefined;
    });
    const second = await api.expect<WorkflowList>(200, 'GET', '/workflows?page=2&per_page=2');
    expect(second.workflows[0]!.name).toBe('L1');
    expect(second.total).toBe(first.body.total);
  });

  it('of executions page by cursor, newest first, each exactly once', async () => {
    const workflow = await api.create({
      name: 'Many',
      trigger: { type: 'webhook' },
      steps: [{ id: 's', type: 'transform', config: { output: '{{input.n}}' } }],
    });
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.unshift((await api.execute(workflow.id, { n })).id);
    // The lists are served from the records, which follow the executions.
    await eventually('all executions are in the list', async () => {
      const list = await api.executions(`workflow_id=${workflow.id}&status=completed&limit=100`);
      return list.executions.length === ids.length || undefined;
    });
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let query = 'limit=3'; ;) {
      const page = await api.expect<Awaited<ReturnType<ApiClient['executions']>>>(
        200,
        'GET',
        `/workflows/${workflow.id}/executions?${query}`,
      );
      seen.push(...page.executions.map((execution) => execution.id));
      sizes.push(page.executions.length);
      expect(page.has_more).toBe(page.next_cursor !== null);
      if (page.next_cursor === null) break;
      query = `limit=3&starting_after=${page.next_cursor}`;
    }
    expect(seen).toEqual(ids);
    expect(sizes.slice(0, 2)).toEqual([3, 3]);
    const all = await api.executions(`workflow_id=${workflow.id}&status=completed&limit=100`);
    expect(all.executions.map((execution) => execution.id)).toEqual(ids);
    expect((await api.executions(`workflow_id=${workflow.id}&status=failed`)).executions).toEqual([]);
  });
});
