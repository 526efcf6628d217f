import { randomBytes } from 'node:crypto';
import type { SecretResource } from '@millrace/contracts';
import { EXECUTABLE_STEP_TYPES } from '@millrace/schema';
import { FakeSmtpServer } from '@millrace/testing';
import { ApiClient, type Refusal } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { answersOf, placesOf, tracesOf } from './support/canary.js';
import { moreSteps, pageAt, TOOL } from './support/canary-calls.js';
import { call, called, everyStep, HEADER, stops, transform, typesIn } from './support/canary-steps.js';
import { collectionText, everythingKept, keepInRedis } from './support/everything-kept.js';
import { houseAccount } from './support/mail-house.js';
import { rotateMasterKey } from './support/platform.js';

/*
 * A unique secret goes through every type of step, branch, error path and retry. Afterwards nothing that the platform keeps or
 * shows has it, in no form, not cut off and not in two halves.
 */

const api = new ApiClient();
/** 36 characters, among them such as the forms escape; no part of it turns up by chance. */
const CANARY = `${randomBytes(12).toString('hex')}/+"ü ${randomBytes(3).toString('hex')}\\`;
/** Goes the same ways and is no secret: what is looked through must have it, or the test would find nothing in anything. */
const VISIBLE = `visible${randomBytes(10).toString('hex')}`;
/** Of a secret that reaches executions only as the result of a step. */
const TOKEN = randomBytes(18).toString('hex');
/** What the calls by OAuth 2 are made with. */
const ACCESS = randomBytes(18).toString('hex');
/** Where an e-mail goes. */
const ADDRESS = `${randomBytes(14).toString('hex')}@example.com`;

const BEGAN = new Date();
let service: CountingService;
let mailServer: FakeSmtpServer;
beforeAll(async () => {
  service = await CountingService.start();
  mailServer = await FakeSmtpServer.start();
  // It says why in the words of what it was sent, at first as if it might go well later.
  let refusals = 0;
  mailServer.behave({
    recipient: (address) =>
      address.startsWith('someone')
        ? undefined
        : { status: refusals++ === 0 ? 450 : 550, text: `No mailbox ${address} here` },
    message: () => ({ status: 554, text: `Spam: ${Buffer.from(CANARY).toString('base64')} ${VISIBLE}` }),
  });
  const refusing = { host: '127.0.0.1', port: mailServer.port, tls: 'none', from: 'me@example.com' };
  await api.expect(200, 'PUT', '/mail/senders/house', { json: houseAccount() });
  await api.expect(200, 'PUT', '/mail/senders/refusing', { json: refusing });
  await api.expect<SecretResource>(200, 'PUT', '/secrets/canary', { json: { value: CANARY } });
  await api.expect<SecretResource>(200, 'PUT', '/secrets/canary_address', { json: { value: ADDRESS } });
  // Whatever it was sent: in the body, in a header, and with the status that the path asks for.
  service.answerWith((call) => {
    if (call.path.startsWith('/pages')) return pageAt(service.url, call.path);
    const sent = [call.path, call.headers['x-key'], call.headers.authorization, call.body, VISIBLE];
    const [, status] = /status=(\d+)/.exec(call.path) ?? [];
    if (call.path === '/access-token') return { body: { access_token: ACCESS } };
    if (call.path.startsWith('/token')) return { body: { access_token: TOKEN } };
    const headers = { 'x-told': encodeURIComponent(String(call.headers['x-key'])) };
    return { status: Number(status ?? 200), headers, body: { sent } };
  });
});
afterAll(async () => {
  for (const path of ['/secrets/canary', '/secrets/canary_address', '/mail/senders/house', '/mail/senders/refusing'])
    await api.call('DELETE', path);
  await Promise.all([service.stop(), mailServer.stop()]);
});

test('a secret that goes through every step leaves no trace', async () => {
  const other = await api.create({ name: 'Called', trigger: { type: 'webhook' }, steps: called() });
  const tool = await api.create({ name: 'Tool', trigger: { type: 'webhook' }, ...TOOL });
  const steps = [
    ...everyStep({ url: service.url, visible: VISIBLE, subWorkflow: other.id }),
    ...moreSteps(service.url, tool.id),
  ];
  const workflow = await api.create({
    name: 'Canary',
    trigger: { type: 'webhook', config: { headers: { 'X-Key': HEADER } } },
    steps,
    output: { all: ['{{plain.output}}', '{{told.data}}', '{{secrets.canary}}', '{{token.output}}'] },
  });
  // Its callers need not wait: what the step says is in its record.
  expect((workflow.warnings ?? []).map(({ code }) => code)).toEqual(['unheard_response']);
  expect([...new Set(typesIn([steps, stops()]))].sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
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
  const failed = await Promise.all(
    [[stops()], [call(service.url, 'refused', 'refused?status=400')], [transform('a', '{{secrets.canary - 1}}')]].map(
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
  expect(mailServer.messages.map(({ mail }) => [mail.text, mail.subject?.includes(CANARY)])).toEqual([
    [expect.stringContaining(CANARY), true],
  ]);
  // What was to fail has, and the model has used its tool.
  const { steps: runs } = execution;
  expect(runs.filter(({ status }) => status === 'failed').map(({ path }) => path)).toEqual(
    expect.arrayContaining(['oauth2_refused', 'no_token_0', 'no_token_1', 'pages_3', 'no_fallback']),
  );
  expect(JSON.stringify(runs.find(({ path }) => path === 'with_tool')?.output)).toContain('The tool returned');
  // By each way to say who calls, and on each page.
  const inHeader = encodeURIComponent(CANARY);
  expect(service.callsTo('/bearer')[0]?.headers.authorization).toBe(`Bearer ${inHeader}`);
  expect(service.callsTo('/key_in_header')[0]?.headers['x-key']).toBe(inHeader);
  expect(service.callsTo('/oauth2')[0]?.headers.authorization).toBe(`Bearer ${ACCESS}`);
  expect(service.callsTo('/sigv4')[0]?.headers['x-amz-security-token']).toBe(inHeader);
  expect(service.callsTo('/hmac')[0]?.headers['x-signature']).toMatch(/^[0-9a-f]{64}$/);
  expect(service.callsTo('/multipart')[0]?.body).toContain(CANARY);
  for (const path of ['/key_in_query', '/pages'])
    expect(new URL(service.callsTo(path)[0]?.path ?? '', service.url).searchParams.get('key')).toBe(CANARY);
  expect(service.callsTo('/pages').filter(({ path }) => path.includes('cursor='))).toHaveLength(1);
  expect(service.callsTo('/uses').map(({ body }) => body)).toEqual([{ token: TOKEN }]);

  await eventually('history has written all of them', async () => {
    const listed = (await api.executions('limit=100')).executions.map(({ id }) => id);
    return [execution, ...failed].every(({ id }) => listed.includes(id)) || undefined;
  });
  // As Redis compresses it, it is nowhere in one piece.
  await keepInRedis('visible', `${VISIBLE.slice(0, 14)} ${VISIBLE.slice(9, 22)} ${VISIBLE.slice(17)} ${VISIBLE}`);
  const kept = new Map([...(await everythingKept(BEGAN)), ...(await answersOf(api, execution))]);
  for (const one of failed)
    for (const [place, text] of await answersOf(api, one)) kept.set(`${place}: ${one.id}`, text);
  const places = placesOf(kept, [VISIBLE]).map((place) => place.split(':')[0]);
  expect([...new Set(places)]).toEqual(
    expect.arrayContaining(['database', 'stream', 'redis', `GET /executions/${execution.id}`]),
  );
  expect([...kept.keys()]).toEqual(
    expect.arrayContaining(['redis', 'log: executor.log', 'executor/metrics', 'stream: KV_definitions']),
  );
  expect(placesOf(kept, tracesOf(CANARY))).toEqual([]);
  expect(placesOf(kept, tracesOf(TOKEN))).toEqual([]);
  expect(placesOf(kept, tracesOf(ACCESS))).toEqual([]);
  expect(placesOf(kept, tracesOf(ADDRESS))).toEqual([]);
});

test('the master key is rotated while executions run, and none fails', async () => {
  const workflow = await api.create({
    name: 'Rotation',
    trigger: { type: 'webhook' },
    steps: [call(service.url, 'told', 'rotation'), transform('hashed', '{{secrets.canary.hash()}}')],
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
  const told = service.callsTo('/rotation').map(({ body }) => (body as { key: string }).key);
  expect(told.length).toBeGreaterThanOrEqual(ids.length);
  expect(new Set(told)).toEqual(new Set([CANARY]));
});
