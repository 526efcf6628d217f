import { randomBytes } from 'node:crypto';
import type { ExecutionResource, SecretResource } from '@millrace/contracts';
import { ApiClient, type Refusal } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { collectionText, everythingKept, type Kept } from './support/everything-kept.js';
import { rotateMasterKey } from './support/platform.js';

/*
 * A unique secret goes through every type of step, branch, error path and retry. Afterwards nothing that the platform keeps or
 * tells has it, in no form, not cut off and not in two halves.
 */

const api = new ApiClient();
/** 36 characters, among them such as the forms escape; no part of it turns up by chance. */
const CANARY = `${randomBytes(12).toString('hex')}/+"ü ${randomBytes(3).toString('hex')}\\`;
/** Goes the same ways and is no secret: what is looked through must have it, or the test would find nothing in anything. */
const VISIBLE = `visible${randomBytes(10).toString('hex')}`;
/** Of a secret that reaches executions only as the result of a step. */
const TOKEN = randomBytes(18).toString('hex');

const BEGAN = new Date();
let service: CountingService;
beforeAll(async () => {
  service = await CountingService.start();
  await api.expect<SecretResource>(200, 'PUT', '/secrets/canary', { json: { value: CANARY } });
  // Whatever it was sent: in the body, in a header, and with the status that the path asks for.
  service.answerWith((call) => {
    const sent = [call.path, call.headers['x-key'], call.body, VISIBLE];
    const [, status] = /status=(\d+)/.exec(call.path) ?? [];
    if (call.path.startsWith('/token')) return { body: { access_token: TOKEN } };
    const headers = { 'x-told': encodeURIComponent(String(call.headers['x-key'])) };
    return { status: Number(status ?? 200), headers, body: { sent } };
  });
});
afterAll(async () => {
  await api.call('DELETE', '/secrets/canary');
  await service.stop();
});

const transform = (id: string, output: unknown, rest: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...rest,
});
/** Header values are ASCII. */
const HEADER = '{{secrets.canary.urlEncode()}}';
const call = (id: string, path: string, rest: object = {}) => ({
  id,
  type: 'http',
  config: {
    method: 'POST',
    url: `${service.url}/${path}`,
    headers: { 'X-Key': `Bearer ${HEADER}` },
    query: { key: '{{secrets.canary}}' },
    body: { key: '{{secrets.canary}}', list: ['{{secrets.canary.base64Encode()}}'] },
  },
  ...rest,
});
const goesOn = { on_error: 'continue', retry: { max_attempts: 2, initial_delay: '10ms' } };

/** Every way through a workflow that a value can take. */
const everyStep = () => [
  transform('plain', ['{{secrets.canary}}', VISIBLE]),
  transform('forms', {
    '{{secrets.canary}}': 'a name',
    base64: '{{secrets.canary.base64Encode()}}',
    shifted: '{{("user:" + secrets.canary).base64Encode()}}',
    url: '{{secrets.canary.urlEncode()}}',
    json: '{{toJson([secrets.canary])}}',
    twice: '{{toJson(toJson([secrets.canary]))}}',
  }),
  transform('first_half', '{{secrets.canary.slice(0, 18)}}'),
  transform('second_half', '{{secrets.canary.slice(18)}}'),
  transform('cut_off', '{{secrets.canary.slice(0, 25)}}'),
  transform('guarded', '{{secrets.canary}}', { if: 'secrets.canary != "x"' }),
  call('told', 'told'),
  transform('of_told', ['{{told.data}}', '{{told.output.headers}}']),
  call('refused', 'refused?status=403', goesOn),
  call('retried', 'retried?status=503', goesOn),
  call('retried_if', 'retried?status=418', {
    on_error: 'continue',
    retry: { max_attempts: 2, initial_delay: '10ms', retry_if: 'error.status == 418 && secrets.canary != "x"' },
  }),
  {
    id: 'unreachable',
    type: 'http',
    config: { url: 'http://127.0.0.1:1/{{secrets.canary.urlEncode()}}' },
    ...goesOn,
  },
  { id: 'no_host', type: 'http', config: { url: 'http://{{secrets.canary.slice(0, 24)}}.invalid/' }, ...goesOn },
  { id: 'no_url', type: 'http', config: { url: '{{secrets.canary}}' }, ...goesOn },
  transform('of_errors', ['{{refused.error}}', '{{retried.error}}', '{{no_url.error}}', '{{unreachable.error}}']),
  transform('fails', '{{secrets.canary - 1}}', { on_error: 'continue' }),
  transform('fails_late', '{{input[secrets.canary].deep.er}}', { on_error: 'continue' }),
  {
    id: 'decides',
    type: 'condition',
    config: { condition: 'secrets.canary == "x"', true_branch: 'yes', false_branch: 'no' },
  },
  transform('yes', '{{secrets.canary}}'),
  transform('no', '{{secrets.canary}}'),
  {
    id: 'chooses',
    type: 'switch',
    config: {
      value: '{{secrets.canary}}',
      cases: [{ when: 'secrets.canary != "x"', then: 'chosen' }],
      default: 'other',
    },
  },
  transform('chosen', '{{secrets.canary}}'),
  transform('other', '{{secrets.canary}}'),
  {
    id: 'each',
    type: 'loop',
    config: {
      items: ['{{secrets.canary}}', '{{secrets.canary.base64Encode()}}'],
      continue_on_item_error: true,
      steps: [transform('inside', '{{item}}'), call('failing', 'inner?status=500', { retry: { max_attempts: 1 } })],
    },
  },
  {
    id: 'beside',
    type: 'parallel',
    config: {
      branches: [
        { name: 'left', steps: [transform('in_left', '{{secrets.canary}}')] },
        { steps: [call('in_right', 'right')] },
      ],
    },
  },
  { id: 'waits', type: 'wait', config: { duration: '{{secrets.canary}}' }, on_error: 'continue' },
  // Longer than an executor holds on to it: the execution is suspended and goes on from its journal.
  { id: 'suspends', type: 'wait', config: { duration: '2500ms' } },
  call('token', 'token', { secrets_in_output: true }),
  {
    id: 'uses',
    type: 'http',
    config: { method: 'POST', url: `${service.url}/uses`, body: { token: '{{token.data.access_token}}' } },
  },
  transform('of_token', ['{{uses.data}}', '{{token.data.access_token.base64Encode()}}']),
];

/** The texts by which a secret would be recognised: of each form the two halves and the middle. */
function tracesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    bytes.toString('latin1'),
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].map((before) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .slice(4, -4),
    ),
    ...[0, 1, 2].map((before) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64url')
        .slice(4, -4),
    ),
  ];
  const pieces = forms.flatMap((form) => {
    const half = Math.ceil(form.length / 2);
    return [form.slice(0, half), form.slice(half), form.slice(half / 2, half / 2 + half)];
  });
  return [...new Set(pieces.map((piece) => piece.slice(0, 16)).filter((piece) => piece.length >= 12))];
}

/** The places that have any of the texts. */
function placesOf(kept: Kept, texts: readonly string[]): string[] {
  return [...kept].flatMap(([place, text]) =>
    texts.filter((one) => text.includes(one)).map((one) => `${place}: ${one}`),
  );
}

/** All that the API tells of an execution. */
async function answersOf(execution: ExecutionResource): Promise<Kept> {
  const base = `/executions/${execution.id}`;
  const paths = ['', '/input', '/output', ...execution.steps.map(({ path }) => `/steps/${path}/output`)];
  const kept = new Map<string, string>();
  for (const path of [...paths.map((path) => base + path), '/executions?limit=100', '/secrets', '/workflows'])
    kept.set(`GET ${path}`, JSON.stringify((await api.call('GET', path)).body));
  return kept;
}

test('a secret that goes through every step leaves no trace', async () => {
  const workflow = await api.create({
    name: 'Canary',
    trigger: { type: 'webhook', config: { headers: { 'X-Key': HEADER } } },
    steps: everyStep(),
    output: { all: ['{{plain.output}}', '{{told.data}}', '{{secrets.canary}}', '{{token.output}}'] },
  });
  expect(workflow.warnings ?? []).toEqual([]);
  // Calls with a wrong value, with a part of the right one, and the right one.
  const path = ApiClient.webhookPath(workflow);
  const asked = (key: string) =>
    api.call<Refusal & { execution_id: string }>('POST', path, { json: { n: 1 }, headers: { 'x-key': key } });
  expect((await asked('wrong')).status).toBe(401);
  expect((await asked(encodeURIComponent(CANARY).slice(0, -1))).body.error.code).toBe('UNAUTHORIZED');
  const accepted = await asked(encodeURIComponent(CANARY));
  expect(accepted.status).toBe(202);
  const execution = await api.ended(accepted.body.execution_id);
  expect([execution.status, execution.error]).toEqual(['completed', null]);
  // The others that end as failed, with the secret in what they fail of.
  const stop = {
    id: 'stops',
    type: 'stop',
    config: { status: 'failed', message: 'No {{secrets.canary}}', output: ['{{secrets.canary}}'] },
  };
  const failed = await Promise.all(
    [[stop], [call('refused', 'refused?status=400')], [transform('a', '{{secrets.canary - 1}}')]].map(
      async (steps, n) =>
        api.ended(
          (await api.execute((await api.create({ name: `Fails ${n}`, trigger: { type: 'webhook' }, steps })).id)).id,
        ),
    ),
  );
  expect(failed.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);

  // What was wanted has happened: the service got the secret, and the token.
  expect(service.callsTo('/told').map(({ body }) => (body as { key: string }).key)).toEqual([CANARY]);
  expect(service.callsTo('/retried')).toHaveLength(4);
  expect(service.callsTo('/uses').map(({ body }) => body)).toEqual([{ token: TOKEN }]);

  await eventually('history has written all of them', async () => {
    const listed = (await api.executions('limit=100')).executions.map(({ id }) => id);
    return [execution, ...failed].every(({ id }) => listed.includes(id)) || undefined;
  });
  const kept = new Map([...(await everythingKept(BEGAN)), ...(await answersOf(execution))]);
  for (const one of failed) for (const [place, text] of await answersOf(one)) kept.set(`${place}: ${one.id}`, text);
  const places = placesOf(kept, [VISIBLE]).map((place) => place.split(':')[0]);
  expect([...new Set(places)]).toEqual(
    expect.arrayContaining(['database', 'stream', `GET /executions/${execution.id}`]),
  );
  expect([...kept.keys()]).toEqual(
    expect.arrayContaining(['redis', 'log: executor.log', 'executor/metrics', 'stream: KV_definitions']),
  );
  expect(placesOf(kept, tracesOf(CANARY))).toEqual([]);
  expect(placesOf(kept, tracesOf(TOKEN))).toEqual([]);
});

test('the master key is rotated while executions run, and none fails', async () => {
  const workflow = await api.create({
    name: 'Rotation',
    trigger: { type: 'webhook' },
    steps: [call('told', 'rotation'), transform('hashed', '{{secrets.canary.hash()}}')],
  });
  let rotated = false;
  const ids: string[] = [];
  const starting = (async () => {
    while (!rotated || ids.length < 40) ids.push((await api.execute(workflow.id)).id);
  })();
  const wrappedBy = async () => /v1\.([a-z0-9-]+)\./.exec(await collectionText('secrets'))?.[1];
  const before = await wrappedBy();
  await rotateMasterKey();
  await eventually('the secret is wrapped by another master key', async () =>
    (await wrappedBy()) === before ? undefined : true,
  );
  // Executions that start after it has been wrapped are among them.
  const wrapped = ids.length;
  await eventually('more have started', () => (ids.length > wrapped + 10 ? true : undefined));
  rotated = true;
  await starting;
  const ended = await Promise.all(ids.map((id) => api.ended(id)));
  expect(ended.map(({ status, error }) => [status, error])).toEqual(ids.map(() => ['completed', null]));
  expect(new Set(ended.map(({ output }) => output)).size).toBe(1);
  for (const { body } of service.callsTo('/rotation')) expect((body as { key: string }).key).toBe(CANARY);
});
