import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MailboxResource } from '@millrace/contracts';
import { FakeHttpServer, startDovecot, uniqueName, type OwnDovecot } from '@millrace/testing';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { platformCommand, readEndpoints } from './support/platform.js';
import { SpanReceiver, type ReceivedSpan } from './support/span-receiver.js';

/** Traces as whoever keeps them gets them, of an installation that sends them, by a receiver of OTLP. */
const home = mkdtempSync(join(tmpdir(), 'millrace-traces-'));
let receiver: SpanReceiver;
let target: FakeHttpServer;
let dovecot: OwnDovecot;
let api: ApiClient;

const SECRET = 'correct-horse-battery-staple';
const SENT = 'what-somebody-has-sent';
const STRANGERS = '0af7651916cd43dd8448eb211c80319c';
const CALLERS = '4bf92f3577b34da6a3ce929d0e0e4736';

beforeAll(async () => {
  [receiver, target, dovecot] = await Promise.all([SpanReceiver.start(), FakeHttpServer.start(), startDovecot()]);
  const settings = { MILLRACE_OTLP_ENDPOINT: receiver.url, MILLRACE_LOG_LEVEL: 'debug' };
  await platformCommand('up', { home, built: true, settings });
  const { token, api_url: base } = readEndpoints(home);
  api = new ApiClient(token, base);
}, 300_000);

afterAll(async () => {
  await platformCommand('down', { home });
  await Promise.all([receiver.stop(), target.stop(), dovecot.stop()]);
  rmSync(home, { recursive: true, force: true });
}, 120_000);

const callStep = (id: string, more: object = {}) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${target.url}/${id}`, ...more },
});

/** The trace and the span that a call to the target says it belongs to. */
async function placeOf(path: string): Promise<{ trace: string; span: string; flags: string }> {
  const call = await eventually(`${path} is called`, () => target.callsTo(path)[0]);
  const [, trace = '', span = '', flags = ''] = String(call.headers['traceparent']).split('-');
  return { trace, span, flags };
}

/** From a span up to where its trace begins: who did what. */
async function wayUp(trace: string, from: string): Promise<string[]> {
  return eventually('all spans up to the first one are there', () => {
    const spans = new Map(receiver.of(trace).map((span) => [span.spanId, span]));
    const way: ReceivedSpan[] = [];
    for (let next = spans.get(from); next !== undefined; next = spans.get(next.parentSpanId)) way.push(next);
    const first = way.at(-1);
    const isWhole = first?.parentSpanId === '' || first?.name.startsWith('POST ');
    return isWhole ? way.map(({ service, name }) => `${service}: ${name}`) : undefined;
  });
}

const FROM_STEP_TO_START = [
  'executor: HTTP POST',
  'executor: step http',
  'executor: run execution',
  'executor: process RunRequested',
];

test('a call of a webhook, its execution, its calls and what is announced of it are one trace, which says nothing that was sent', async () => {
  await api.expect(200, 'PUT', '/secrets/traced', { json: { value: SECRET } });
  await api.expect(201, 'POST', '/event-subscriptions', {
    json: { url: `${target.url}/events`, events: ['execution.completed'] },
  });
  const workflow = await api.create({
    name: 'Traced',
    trigger: { type: 'webhook', config: {} },
    steps: [
      callStep('first', {
        headers: { 'x-key': '{{secrets.traced}}' },
        query: { q: '{{input.text}}' },
        body: '{{input}}',
      }),
      { id: 'words', type: 'transform', config: { output: '{{input.text}}' } },
      // Longer than an executor waits for: another run goes on.
      { id: 'pause', type: 'wait', config: { duration: '3s' } },
      callStep('second'),
    ],
  });
  const address = ApiClient.webhookPath(workflow);
  const { execution_id } = await api.expect<{ execution_id: string }>(202, 'POST', address, {
    json: { text: SENT },
    headers: { traceparent: `00-${STRANGERS}-b7ad6b7169203331-01`, 'x-sent': SENT },
  });
  expect((await api.ended(execution_id)).status).toBe('completed');

  const first = await placeOf('/first');
  expect(first.trace).not.toBe(STRANGERS);
  expect(await wayUp(first.trace, first.span)).toEqual([
    ...FROM_STEP_TO_START,
    'webhook-dispatcher: publish RunRequested',
    'webhook-dispatcher: start execution',
    'webhook-dispatcher: answer webhooks.receive',
    'gateway: ask webhooks.receive',
    'gateway: POST /v1/webhooks/:webhook_id',
  ]);
  const root = receiver.of(first.trace).find(({ parentSpanId }) => parentSpanId === '');
  expect(root?.links).toEqual([STRANGERS]);
  for (const path of ['/second', '/events']) expect((await placeOf(path)).trace).toBe(first.trace);

  const wanted = ['history: process JournalEntry', 'executor: step transform', 'executor: step wait'];
  const seen = await eventually('all of the trace is there', () => {
    const names = receiver.of(first.trace).map(({ service, name }) => `${service}: ${name}`);
    return wanted.every((name) => names.includes(name)) ? names : undefined;
  });
  // Before the wait and after it.
  expect(seen.filter((name) => name === 'executor: run execution')).toHaveLength(2);
  for (const text of [SECRET, SENT, 'x-key', target.url, address.split('/').at(-1) ?? ''])
    expect({ text, isTold: receiver.text.includes(text) }).toEqual({ text, isTold: false });
});

test('a caller with a token goes on with its own trace, and decides whether it is made', async () => {
  const workflow = await api.create({ name: 'Continued', steps: [callStep('third')] });
  const execute = (flags: string, parent: string) =>
    api.expect<{ execution_id: string }>(202, 'POST', `/workflows/${workflow.id}/execute`, {
      json: {},
      headers: { traceparent: `00-${CALLERS}-${parent}-${flags}` },
    });
  await execute('01', '00f067aa0ba902b7');
  const third = await placeOf('/third');
  expect(third.trace).toBe(CALLERS);
  const way = await wayUp(CALLERS, third.span);
  expect(way.slice(0, FROM_STEP_TO_START.length)).toEqual(FROM_STEP_TO_START);
  expect(way.at(-1)).toBe('gateway: POST /v1/workflows/:workflow_id/execute');
  expect(receiver.of(CALLERS).find(({ name }) => name.startsWith('POST '))?.parentSpanId).toBe('00f067aa0ba902b7');

  await execute('00', '00f067aa0ba902b8');
  const calls = await eventually('it is called again', () => (target.callsTo('/third').length > 1 ? target.callsTo('/third') : undefined)); // prettier-ignore
  expect(calls[1]?.headers['traceparent']).toMatch(new RegExp(`^00-${CALLERS}-[0-9a-f]{16}-00$`));
  expect(receiver.of(CALLERS).map(({ parentSpanId }) => parentSpanId)).not.toContain('00f067aa0ba902b8');
});

describe('a trace that nobody has asked for begins with the start', () => {
  const wayFrom = (service: string) => [...FROM_STEP_TO_START, `${service}: publish RunRequested`, `${service}: start execution`]; // prettier-ignore

  test('by a schedule', async () => {
    const trigger = { type: 'schedule', config: { interval: '1s' } };
    const { id } = await api.create({ name: 'Scheduled', trigger, steps: [callStep('scheduled')] });
    const { trace, span } = await placeOf('/scheduled');
    expect(await wayUp(trace, span)).toEqual(wayFrom('scheduler'));
    await api.expect(204, 'DELETE', `/workflows/${id}`);
  });

  test('by a message in a mailbox, of which it says nothing', async () => {
    const user = uniqueName('traced');
    const address = `${user}@company.com`;
    const folder = dovecot.mailFolder(user);
    for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
    const imap = { host: '127.0.0.1', port: dovecot.port, tls: 'none', user, auth: { secret: dovecot.password } };
    const { id } = await api.expect<MailboxResource>(201, 'POST', '/mailboxes', { json: { address, imap } });
    const trigger = { type: 'email', config: { address } };
    await api.create({ name: 'Mailed', trigger, steps: [callStep('mailed')] });
    await eventually('the mailbox is watched', async () => {
      const { health } = await api.expect<MailboxResource>(200, 'GET', `/mailboxes/${id}`);
      return health.state === 'healthy' || undefined;
    });
    const head = `From: ada@example.org\r\nTo: ${address}\r\nSubject: ${SENT}\r\nMessage-ID: <${uniqueName('m')}@example.org>`;
    writeFileSync(join(folder, 'new', '1.M1P1.test'), `${head}\r\n\r\n${SENT}\r\n`);
    const { trace, span } = await placeOf('/mailed');
    expect(await wayUp(trace, span)).toEqual(wayFrom('email-ingest'));
    for (const text of [address, SENT, 'ada@example.org'])
      expect({ text, isTold: receiver.text.includes(text) }).toEqual({ text, isTold: false });
  });
});

test('a call of a model and an e-mail that is sent are parts of their steps, which say nothing of either', async () => {
  const to = 'ada@example.org';
  const { id } = await api.create({
    name: 'Asks and writes',
    steps: [
      { id: 'ask', type: 'ai_completion', config: { prompt: SENT } },
      { id: 'write', type: 'email', config: { to, subject: SENT, body: SENT } },
      callStep('written'),
    ],
  });
  await api.run(id);
  const { trace } = await placeOf('/written');
  const parents = await eventually('both are there', () => {
    const spans = receiver.of(trace);
    const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
    const found = spans.flatMap(({ name, parentSpanId }) =>
      ['call model', 'send mail'].includes(name) ? [[name, names.get(parentSpanId)]] : [],
    );
    return found.length === 2 && found.every(([, parent]) => parent !== undefined) ? found : undefined;
  });
  expect(Object.fromEntries(parents)).toEqual({ 'call model': 'step ai_completion', 'send mail': 'step email' });
  for (const text of [to, SENT])
    expect({ text, isTold: receiver.text.includes(text) }).toEqual({ text, isTold: false });
});

test('lines of the log say to which trace they belong', async () => {
  const trace = CALLERS.replace('4', '5');
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  await api.expect(404, 'GET', '/executions/exec_01kaxh3v9m0000000000000000', { headers });
  await eventually('the gateway has logged it', () => {
    const log = readFileSync(join(home, 'logs', 'gateway.log'), 'utf8');
    return log.split('\n').some((line) => line.includes('EXECUTION_NOT_FOUND') && line.includes(`"traceId":"${trace}"`)) || undefined; // prettier-ignore
  });
});
