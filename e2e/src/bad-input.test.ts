import type { WorkflowResource } from '@millrace/contracts';
import { LIMITS } from '@millrace/contracts';
import { ApiClient, type Answer, type CallOptions, type Refusal } from './support/api.js';

const api = new ApiClient();
const steps = [{ id: 'answer', type: 'transform', config: { output: '{{input}}' } }];
let workflow: WorkflowResource;
let execute: string;
let webhook: string;

beforeAll(async () => {
  workflow = await api.create({ name: 'Takes anything', trigger: { type: 'webhook' }, steps });
  execute = `/workflows/${workflow.id}/execute`;
  webhook = ApiClient.webhookPath(workflow);
});

/** Every refusal has the documented form and can be found again in the logs by its id. */
async function refused(
  method: string,
  path: string,
  options: CallOptions,
  status: number,
  code: string,
): Promise<Answer<Refusal>> {
  const answer = await api.call<Refusal>(method, path, options);
  expect([answer.status, answer.body]).toMatchObject([status, { error: { code } }]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.body.error.message).toEqual(expect.stringMatching(/\S/));
  expect(answer.body.error.request_id).toEqual(expect.stringMatching(/\S/));
  expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'));
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\bat .+:\d+:\d+/);
  return answer;
}

const issuesOf = (answer: Answer<Refusal>) =>
  answer.body.error.details?.['issues'] as { path: string; message: string }[];
const json = { 'content-type': 'application/json' };

describe('a workflow document with mistakes', () => {
  it('is refused with every mistake and its path at once', async () => {
    const answer = await refused(
      'POST',
      '/workflows',
      {
        json: {
          name: '',
          status: 'sleeping',
          colour: 'red',
          trigger: { type: 'carrier-pigeon' },
          steps: [
            { id: 'a', type: 'http', config: { url: 'https://example.com', method: 'FETCH' } },
            { id: 'a', type: 'transform', config: { output: 'Hello {{input.' } },
            { id: 'c', type: 'condition', config: { condition: 'input.x = 1', true_branch: 'nowhere' } },
            { id: 'd', type: 'teleport', config: {} },
            { id: 'e', type: 'transform', config: { output: 1 }, next: 'a' },
          ],
        },
      },
      400,
      'INVALID_INPUT',
    );
    const paths = issuesOf(answer).map((issue) => issue.path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'name',
        'status',
        'colour',
        'trigger.type',
        'steps[0].config.method',
        'steps[1].id',
        'steps[1].config.output',
        'steps[2].config.condition',
        'steps[2].config.true_branch',
        'steps[3].type',
        'steps[4].next',
      ]),
    );
  });

  it('is refused for names in expressions that nothing has, wherever they are', async () => {
    const inner = [{ id: 'b', type: 'transform', config: { output: { deep: ['{{nobody.output}}'] } } }];
    const answer = await refused(
      'POST',
      '/workflows',
      {
        json: {
          name: 'x',
          trigger: { type: 'webhook' },
          steps: [
            { id: 'early', type: 'transform', config: { output: '{{each.output}} {{item}}' } },
            { id: 'each', type: 'loop', config: { items: '{{input.items}}', steps: inner } },
          ],
          output: '{{b.output}}',
        },
      },
      400,
      'INVALID_INPUT',
    );
    const paths = issuesOf(answer).map((issue) => issue.path);
    expect(paths).toEqual(
      expect.arrayContaining(['steps[0].config.output', 'steps[1].config.steps[0].config.output.deep[0]', 'output']),
    );
  });

  it.each([
    ['no body', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', []],
    ['no steps', { name: 'x', trigger: { type: 'webhook' } }],
    ['steps that are no list', { name: 'x', trigger: { type: 'webhook' }, steps: 'all' }],
    ['a step that is no object', { name: 'x', trigger: { type: 'webhook' }, steps: [null] }],
  ])('is refused when it is %s', async (_name, document) => {
    const answer = await refused('POST', '/workflows', { json: document }, 400, 'INVALID_INPUT');
    expect(issuesOf(answer).length).toBeGreaterThan(0);
  });

  it('is refused as an update too, and leaves the workflow as it was', async () => {
    const answer = await refused(
      'PUT',
      `/workflows/${workflow.id}`,
      { json: { steps: [{ id: 'x', type: 'nothing' }] } },
      400,
      'INVALID_INPUT',
    );
    expect(issuesOf(answer).map((issue) => issue.path)).toContain('steps[0].type');
    expect(await api.expect<WorkflowResource>(200, 'GET', `/workflows/${workflow.id}`)).toMatchObject({
      version: 1,
      steps,
    });
  });
});

describe('an id that is not known', () => {
  it.each([
    ['GET', '/workflows/wf_invalid', 'WORKFLOW_NOT_FOUND'],
    ['PUT', '/workflows/wf_invalid', 'WORKFLOW_NOT_FOUND'],
    ['DELETE', '/workflows/wf_invalid', 'WORKFLOW_NOT_FOUND'],
    ['POST', '/workflows/wf_invalid/execute', 'WORKFLOW_NOT_FOUND'],
    ['GET', '/workflows/wf_invalid/executions/exec_invalid', 'EXECUTION_NOT_FOUND'],
    ['GET', '/executions/exec_invalid', 'EXECUTION_NOT_FOUND'],
    ['POST', '/webhooks/wh_invalid', 'WEBHOOK_NOT_FOUND'],
    ['GET', '/workflows/wf_%2e%2e%2fadmin', 'WORKFLOW_NOT_FOUND'],
    ['GET', '/workflows/*', 'WORKFLOW_NOT_FOUND'],
    ['POST', '/workflows/%3E/execute', 'WORKFLOW_NOT_FOUND'],
    ['POST', '/webhooks/%2A', 'WEBHOOK_NOT_FOUND'],
    ['POST', '/webhooks/%3E', 'WEBHOOK_NOT_FOUND'],
    ['POST', '/workflows/%2A/execute', 'WORKFLOW_NOT_FOUND'],
    ['GET', '/executions/%2A', 'EXECUTION_NOT_FOUND'],
    ['GET', '/executions/%3E', 'EXECUTION_NOT_FOUND'],
    ['GET', '/workflows/%3E/executions/%3E', 'EXECUTION_NOT_FOUND'],
    ['POST', `/workflows/${'a'.repeat(5_000)}/execute`, 'WORKFLOW_NOT_FOUND'],
    ['POST', `/webhooks/${'a'.repeat(5_000)}`, 'WEBHOOK_NOT_FOUND'],
    ['GET', '/nothing', 'ROUTE_NOT_FOUND'],
  ])('%s %s gets 404 %s', async (method, path, code) => {
    const sent =
      method === 'GET' || method === 'DELETE' ? {} : { json: method === 'PUT' ? { name: 'x' } : { input: {} } };
    await refused(method, path, sent, 404, code);
  });

  it('is in the details, as the reference shows', async () => {
    const answer = await refused('GET', '/workflows/wf_invalid', {}, 404, 'WORKFLOW_NOT_FOUND');
    expect(answer.body.error).toMatchObject({
      message: 'The requested workflow does not exist',
      details: { workflow_id: 'wf_invalid' },
    });
  });

  it('is refused for a version the workflow never had', async () => {
    await refused('POST', execute, { json: { input: {}, version: 99 } }, 404, 'VERSION_NOT_FOUND');
    await refused('POST', execute, { json: { input: {}, version: -1 } }, 400, 'INVALID_INPUT');
  });
});

describe('a body', () => {
  it.each(['{"input":', '{"input": 1,}', "{'input': 1}", 'NaN', '{"a":1} trailing', '\u0000'])(
    'that is not JSON (%j) is refused on every route that reads one',
    async (raw) => {
      for (const path of ['/workflows', execute, webhook])
        await refused('POST', path, { raw, headers: json }, 400, 'INVALID_JSON');
      await refused('PUT', `/workflows/${workflow.id}`, { raw, headers: json }, 400, 'INVALID_JSON');
    },
  );

  it('that is too large is refused, and the response has the limit', async () => {
    for (const [path, limit] of [
      ['/workflows', LIMITS.workflowBodyBytes],
      [execute, LIMITS.apiBodyBytes],
      [webhook, LIMITS.webhookBodyBytes],
    ] as const) {
      const raw = JSON.stringify({ input: 'x'.repeat(limit) });
      const answer = await refused('POST', path, { raw, headers: json }, 413, 'PAYLOAD_TOO_LARGE');
      expect(answer.body.error.details).toMatchObject({ limit_bytes: limit });
    }
  });

  it('in another encoding than UTF-8 is refused', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16le' };
    for (const path of ['/workflows', execute, webhook])
      await refused('POST', path, { raw: '{"input":1}', headers }, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('with thousands of form fields is refused', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await refused('POST', webhook, { raw: 'a&'.repeat(40_000), headers }, 400, 'INVALID_INPUT');
  });

  it('that nests too deeply is refused before anything recurses into it', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const raw = `{"input":${open.repeat(100_000)}1${close.repeat(100_000)}}`;
      for (const path of ['/workflows', execute, webhook])
        await refused('POST', path, { raw, headers: json }, 400, 'INVALID_JSON');
    }
  });

  it('of a type that is not read is refused, but by webhooks, which take any', async () => {
    await refused(
      'POST',
      '/workflows',
      { raw: '<a/>', headers: { 'content-type': 'application/xml' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
    await refused(
      'POST',
      execute,
      { raw: 'input=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  it('with an unknown field is refused by execute', async () => {
    const answer = await refused('POST', execute, { json: { inputs: { a: 1 } } }, 400, 'INVALID_INPUT');
    expect(JSON.stringify(issuesOf(answer))).toContain('inputs');
  });
});

describe('unusual data', () => {
  /** Sent as text: a literal in the source would lose what is unusual about it. */
  const runWith = async (path: string, text: string) => {
    const raw = `{"input":${text}}`;
    const { execution_id: id } = await api.expect<{ execution_id: string }>(202, 'POST', path, { raw, headers: json });
    return api.ended(id);
  };

  it.each([
    [
      'keys with dots and dollars',
      '{"a.b":1,"$set":{"x":1},"":2,"0":3,"ключ":4,"constructor":{"prototype":{"admin":true}}}',
    ],
    ['a list', '[1,[2,[3]]]'],
    ['null', 'null'],
    ['a text', '"{{input}} \\u0000 \\ud83d\\ude00"'],
    ['numbers at the edge', '{"max":1.7976931348623157e308,"min":-5e-324,"int":9007199254740991}'],
  ])('comes back as it was sent, as input and through an expression: %s', async (_name, text) => {
    const execution = await runWith(execute, text);
    expect([execution.status, execution.error]).toEqual(['completed', null]);
    expect(JSON.stringify(execution.input)).toBe(JSON.stringify(JSON.parse(text)));
    expect(JSON.stringify(execution.output)).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('with __proto__ keys is recorded as it was sent, and gives nothing to what is read beside it', async () => {
    const text = '{"__proto__":{"admin":true},"a":{"__proto__":{"admin":true},"b":1}}';
    const output = { b: '{{input.a.b}}', admin: '{{input.admin ?? input.a.admin ?? variables.admin ?? "no"}}' };
    const reader = await api.create({
      name: 'Reads',
      trigger: { type: 'webhook' },
      variables: { x: 1, admin: null },
      steps: [{ id: 'a', type: 'transform', config: { output } }],
    });
    const execution = await runWith(`/workflows/${reader.id}/execute`, text);
    expect(JSON.stringify(execution.input)).toBe(text);
    expect([execution.status, execution.output]).toEqual(['completed', { b: 1, admin: 'no' }]);
  });

  it('in a workflow document is refused by name and changes no other field', async () => {
    const raw = `{"name":"p","trigger":{"type":"webhook"},"__proto__":{"status":"paused"},"steps":${JSON.stringify(steps)}}`;
    const answer = await refused('POST', '/workflows', { raw, headers: json }, 400, 'INVALID_INPUT');
    expect(issuesOf(answer).map((issue) => issue.path)).toEqual(['__proto__']);
  });

  it('in query parameters is refused by name', async () => {
    for (const [path, name] of [
      ['/workflows?page=0', 'page'],
      ['/workflows?per_page=1000', 'per_page'],
      ['/workflows?pgae=2', 'pgae'],
      ['/workflows?status=gone', 'status'],
      ['/executions?limit=abc', 'limit'],
      ['/executions?starting_after=yesterday', 'starting_after'],
      ['/executions?status=great', 'status'],
    ] as const) {
      const answer = await refused('GET', path, {}, 400, 'INVALID_INPUT');
      expect([path, [...new Set(issuesOf(answer).map((issue) => issue.path))]]).toEqual([path, [name]]);
    }
  });

  it('in a request id is not repeated; a harmless one is', async () => {
    const mine = await api.call('GET', '/workflows', { headers: { 'x-request-id': 'mine-1' } });
    expect(mine.headers.get('x-request-id')).toBe('mine-1');
    const odd = await api.call('GET', '/workflows', { headers: { 'x-request-id': '<script>' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^req_[a-z2-7]{20}$/);
  });
});
