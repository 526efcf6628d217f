import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { ExecutionAccepted, MailboxResource, TokenCreated } from '@millrace/contracts';
import { FakeSmtpServer } from '@millrace/testing';
import { ApiClient, type CallOptions } from './support/api.js';
import { answersOf, placesOf, tracesOf } from './support/canary.js';
import { CountingService } from './support/counting-service.js';
import { EchoingImapServer } from './support/echoing-imap-server.js';
import { eventually } from './support/eventually.js';
import { everythingKept, type Kept } from './support/everything-kept.js';

/*
 * Secrets that the platform uses itself: passwords of mailboxes and mail senders, keys of models, keys of signatures, API tokens. Each is used, is refused by
 * a server that repeats it, and is sent wrong. Afterwards nothing that the platform keeps or shows has it.
 */

const api = new ApiClient();
const secret = () => randomBytes(18).toString('hex');
const BEGAN = new Date();
/** Is with the secrets everywhere, and none: what is looked through must have it. */
const VISIBLE = `visible${randomBytes(10).toString('hex')}`;

let imapServer: EchoingImapServer;
let smtpServer: FakeSmtpServer;
beforeAll(async () => {
  [imapServer, smtpServer] = await Promise.all([EchoingImapServer.start(), FakeSmtpServer.start()]);
});
afterAll(async () => {
  imapServer.stop();
  await smtpServer.stop();
});

/** All answers of a test, for a look at what they say. */
class Answers {
  readonly kept = new Map<string, string>();

  async call<Body>(method: string, path: string, options: CallOptions = {}): Promise<{ status: number; body: Body }> {
    const { status, body, headers } = await api.call<Body>(method, path, options);
    this.kept.set(`${this.kept.size} ${method} ${path}`, JSON.stringify([status, body, [...headers]]));
    return { status, body };
  }
}

const everything = async (answers: Kept): Promise<Kept> => new Map([...(await everythingKept(BEGAN)), ...answers]);

/** Whether the places where something was found are these, by their beginnings. */
const found = (kept: Kept, beginnings: readonly string[]): void => {
  const places = placesOf(kept, [VISIBLE]);
  for (const beginning of beginnings)
    expect(places).toContainEqual(expect.stringMatching(new RegExp(`^(\\d+ )?${beginning}`)));
};

/** A body that is wrong in each way that can be reported, with the secret in it. */
async function sendWrong(answers: Answers, method: string, path: string, body: object, value: string): Promise<void> {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  for (const raw of [
    text.slice(0, -3),
    `${text} ${value}`,
    text.replace(JSON.stringify(value), value),
    text.replace(JSON.stringify(value), `{"${value}":["${value}"]}`),
    text.replace(/\}$/, `,"${value}":"${value}"}`),
  ]) {
    const { status } = await answers.call(method, path, { raw, headers });
    expect([raw.replace(value, '…'), status]).toEqual([raw.replace(value, '…'), 400]);
  }
}

const kinds: readonly { what: string; type: 'password' | 'xoauth2' }[] = [
  { what: 'password', type: 'password' },
  { what: 'access token', type: 'xoauth2' },
];

it.each(kinds)('the $what of a mailbox leaves no trace when its server repeats it', async ({ type }) => {
  const value = secret();
  const answers = new Answers();
  const imap = { host: '127.0.0.1', port: imapServer.port, tls: 'none', user: VISIBLE, auth: { type, secret: value } };
  const document = { address: `${type}-${VISIBLE}@example.com`, imap };
  const { status, body: mailbox } = await answers.call<MailboxResource>('POST', '/mailboxes', { json: document });
  expect(status).toBe(201);
  const path = `/mailboxes/${mailbox.id}`;
  const { health } = await eventually('the mailbox is given up', async () => {
    const { body } = await answers.call<MailboxResource>('GET', path);
    return body.health.state === 'stopped' ? body : undefined;
  });
  expect(health.error).toEqual(expect.any(String));
  const forms = [value, Buffer.from(value).toString('base64').slice(4, -4)];
  const encoded = (line: string) => Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString('latin1');
  expect(imapServer.logins.some((line) => forms.some((form) => (line + encoded(line)).includes(form)))).toBe(true);
  await answers.call('PATCH', path, { json: { imap: { ...imap, port: 1 } } });
  await answers.call('GET', '/mailboxes?limit=100');
  await answers.call('GET', `${path}/messages`);
  const kept = await everything(answers.kept);
  expect((await api.call('DELETE', path)).status).toBe(204);
  found(kept, ['database: mailboxes', 'stream: KV_', 'GET /mailboxes']);
  expect(placesOf(kept, tracesOf(value))).toEqual([]);
});

it('the password of a mail sender leaves no trace, however the server ends the conversation', async () => {
  const value = secret();
  const answers = new Answers();
  const account = { host: '127.0.0.1', port: smtpServer.port, user: VISIBLE, password: value, from: 'me@example.com' };
  await answers.call('PUT', '/mail/senders/canary', { json: account, headers: { 'idempotency-key': randomUUID() } });
  const workflow = await api.create({
    name: 'Mails',
    steps: [
      { id: 'mail', type: 'email', config: { to: 'a@example.com', sender: 'canary', subject: 'x', body: VISIBLE } },
    ],
  });
  for (const greeting of [undefined, { status: 421, text: `Go away, ${VISIBLE}` }]) {
    smtpServer.behave(greeting === undefined ? {} : { greeting });
    await answers.call('POST', '/mail/senders/canary/test', { json: { to: 'a@example.com' } });
    const execution = await api.ended((await api.execute(workflow.id)).id);
    expect(execution.status).toBe('failed');
    for (const [place, text] of await answersOf(api, execution)) answers.kept.set(place, text);
  }
  await answers.call('GET', '/mail/senders/canary');
  const kept = await everything(answers.kept);
  await api.call('DELETE', '/mail/senders/canary');
  found(kept, ['database: mail_senders', 'stream: KV_', 'GET /mail/senders', 'GET /executions']);
  expect(placesOf(kept, tracesOf(value))).toEqual([]);
});

it('the key of a provider of models leaves no trace, however the provider repeats it', async () => {
  const value = secret();
  const answers = new Answers();
  const models = await CountingService.start();
  const forms = [`Bearer ${value}`, Buffer.from(value).toString('base64'), VISIBLE].join(' ');
  const refusal = (status: number) => ({
    status,
    body: { error: { message: `Bad: ${forms}`, code: value, type: value } },
  });
  const answer = (content: string) => ({
    body: {
      id: forms,
      object: 'chat.completion',
      model: value,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    },
  });
  const replies = [
    refusal(401),
    refusal(429),
    refusal(503),
    refusal(400),
    answer(forms),
    answer(`{"key": "${value}"}`),
    { body: { choices: forms } },
  ];
  models.answerWith((_, number) => replies[(number - 1) % replies.length]);
  const provider = { type: 'openai_compatible', base_url: `${models.url}/v1`, api_key: value, models: ['m'] };
  await answers.call('PUT', '/ai/providers/canary', { json: provider, headers: { 'idempotency-key': randomUUID() } });
  const retry = { max_attempts: 2, initial_delay: '10ms', retry_if: 'true' };
  const ask = { type: 'ai_completion', config: { model: 'canary/m', prompt: VISIBLE }, on_error: 'continue', retry };
  const workflow = await api.create({
    name: 'Asks',
    steps: [
      ...Array.from({ length: 6 }, (_, n) => ({ ...ask, id: `ask_${n}` })),
      { id: 'all', type: 'transform', config: { output: ['{{ask_0.error}}', '{{ask_2.output}}', '{{ask_3.output}}'] } },
    ],
  });
  const execution = await api.ended((await api.execute(workflow.id)).id);
  for (const [place, text] of await answersOf(api, execution)) answers.kept.set(place, text);
  // Each reply came, and the key was sent.
  expect(models.calls.length).toBeGreaterThanOrEqual(replies.length);
  expect(models.calls.map(({ headers }) => headers.authorization)).toContain(`Bearer ${value}`);
  for (let n = 0; n < replies.length; n++) await answers.call('POST', '/ai/providers/canary/test', { json: {} });
  for (const path of ['/ai/providers', '/ai/providers/canary', '/ai/models']) await answers.call('GET', path);
  const kept = await everything(answers.kept);
  await api.call('DELETE', '/ai/providers/canary');
  await models.stop();
  found(kept, ['database', 'stream: JOURNAL', 'GET /executions']);
  expect(placesOf(kept, tracesOf(value))).toEqual([]);
});

it('the key of a signature, or a token in its place, leaves no trace in executions and refusals', async () => {
  const value = secret();
  const answers = new Answers();
  await answers.call('PUT', '/secrets/canary_signature', { json: { value } });
  const make = (signature: object) =>
    api.create({
      name: 'Signed',
      trigger: { type: 'webhook', config: { signature: { secret: '{{secrets.canary_signature}}', ...signature } } },
      steps: [{ id: 'all', type: 'transform', config: { output: ['{{trigger}}', '{{input}}', VISIBLE] } }],
    });
  const signed = await make({ scheme: 'hmac_sha256' });
  const tokened = await make({ scheme: 'gitlab' });
  const raw = JSON.stringify({ n: VISIBLE });
  const hmac = createHmac('sha256', value).update(raw).digest('hex');
  const cases = [
    [signed, 'x-webhook-signature', hmac, 202],
    [signed, 'x-webhook-signature', hmac.replace(/.$/, (last) => (last === '0' ? '1' : '0')), 401],
    [signed, 'x-webhook-signature', value, 401],
    [tokened, 'x-gitlab-token', value, 202],
    [tokened, 'x-gitlab-token', value.slice(0, -1), 401],
  ] as const;
  for (const [workflow, name, header, expected] of cases) {
    const headers = { 'content-type': 'application/json', [name]: header };
    const path = ApiClient.webhookPath(workflow);
    const { status, body } = await answers.call<ExecutionAccepted>('POST', path, { raw, headers });
    expect([name, status]).toEqual([name, expected]);
    if (status !== 202) continue;
    const execution = await api.ended(body.execution_id);
    for (const [place, text] of await answersOf(api, execution)) answers.kept.set(place, text);
  }
  const kept = await everything(answers.kept);
  await api.call('DELETE', '/secrets/canary_signature');
  found(kept, ['database', 'stream: JOURNAL', 'GET /executions']);
  expect(placesOf(kept, tracesOf(value))).toEqual([]);
});

it('an API token is shown once, and is nowhere else, also when its answer is kept under an Idempotency-Key', async () => {
  const answers = new Answers();
  const key = `key-${VISIBLE}`;
  const make = { json: { name: VISIBLE, scopes: ['workflows:read'] }, headers: { 'idempotency-key': key } };
  const first = await api.call<TokenCreated>('POST', '/tokens', make);
  const again = await api.call<TokenCreated>('POST', '/tokens', make);
  expect([first.status, again.body]).toEqual([201, first.body]);
  const { id, token } = first.body;
  expect((await new ApiClient(token).call('GET', '/me')).status).toBe(200);
  const mistyped = token.slice(0, -1) + (token.endsWith('x') ? 'y' : 'x');
  expect((await new ApiClient(mistyped).call('GET', '/me')).status).toBe(401);
  await answers.call('GET', '/tokens?limit=100');
  await answers.call('DELETE', `/tokens/${id}`);
  expect((await new ApiClient(token).call('GET', '/me')).status).toBe(401);
  const kept = await everything(answers.kept);
  found(kept, ['database: api_tokens', 'GET /tokens']);
  // Lists show how it begins, and its last four: what comes between is nowhere.
  expect(placesOf(kept, [token.slice(12), ...tracesOf(token.slice(12, -4))])).toEqual([]);
  // The key itself says which request it was of.
  expect(placesOf(kept, [key])).toEqual([]);
});

it.each([
  ['PUT', '/secrets/canary_wrong', (value: string) => ({ value })],
  ['PUT', '/mail/senders/canary_wrong', (value: string) => ({ host: 'a.example', from: 'a@b.c', password: value })],
  [
    'PUT',
    '/ai/providers/canary_wrong',
    (value: string) => ({ type: 'openai', api_key: value, base_url: 'https://a.example' }),
  ],
  [
    'POST',
    '/mailboxes',
    (value: string) => ({ address: 'a@b.c', imap: { host: 'h', user: 'u', auth: { secret: value } } }),
  ],
] as const)('%s %s with a mistake leaves no trace of the secret that is in its body', async (method, path, bodyOf) => {
  const value = secret();
  const answers = new Answers();
  await sendWrong(answers, method, path, bodyOf(value), value);
  const kept = await everything(new Map());
  expect(placesOf(kept, tracesOf(value))).toEqual([]);
  // Whoever sent it gets the name of a member that is unknown, and nothing of values.
  const values = [...answers.kept].filter(([, text]) => !/is not a known field/.test(text));
  expect(values.length).toBeGreaterThan(2);
  expect(placesOf(new Map(values), [value])).toEqual([]);
});
