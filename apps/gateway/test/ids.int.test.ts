import {
  ActiveSnapshot,
  approvalIdOf,
  ENDPOINTS,
  ERRORS,
  isId,
  newFileId,
  newId,
  PATH_PARAMETERS,
  pathParametersOf,
  randomSecret,
  WebhookSnapshot,
  type EndpointDeclaration,
  type PathParameter,
} from '@millrace/contracts';
import { connectBus, silentLogger } from '@millrace/messaging';
import { FOREIGN_WORKFLOW, refuse, startGateway, type RunningGateway } from './gateway.fixture.js';
import { parametersOf, routesOf, type Route } from './routes.js';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway({ apiPerHour: 1_000_000, executionsPerMinute: 1_000_000, refusedPerMinute: 1_000_000 });
});
afterAll(() => gateway.stop());

const VALID: Record<PathParameter, string> = {
  workflow_id: newId('workflow'),
  version: '12',
  execution_id: newId('execution'),
  file_id: newFileId(newId('execution')),
  signal_name: 'paid',
  approval_id: approvalIdOf(newId('execution'), 'ask', 1),
  link_token: randomSecret(32),
  token_id: newId('token'),
  job_id: newId('job'),
  mailbox_id: newId('mailbox'),
  subscription_id: newId('subscription'),
  delivery_id: newId('delivery'),
  organisation_id: newId('organisation'),
  webhook_id: `wh_${randomSecret(24)}`,
  index: '3',
  secret_name: 'crm_key',
  variable_name: 'region',
  sender_name: 'support',
  provider_name: 'openai',
  path: 'each[12].call',
  step_type: 'http',
  dead_letter_id: 'dl_17',
};

/** Texts that are no id of any kind, as they are in an address. */
const HOSTILE = [
  'a'.repeat(5_000),
  `wf_${'a'.repeat(5_000)}`,
  `exec_${'%20'.repeat(1_500)}`,
  'a.'.repeat(2_000),
  '*',
  '%2A',
  '%3E',
  'wf_*',
  'wf_%3E',
  '$KV.definitions.active',
  'wf_a.b',
  `${newId('workflow')}.x`,
  newId('workflow').toUpperCase(),
  `${newId('workflow')}%0A`,
  'wf_%0D%0APUB%20x%200',
  '%00',
  '%1b%5b2J',
  'wf_%2e%2e%2fadmin',
  '%zz',
  '%E0%A4%A',
  '%2525',
  '%D9%A3'.repeat(26),
  '%F0%9F%92%A9',
  '__proto__',
  'constructor',
  '%7B%7B1%2B1%7D%7D',
  newId('organisation'),
];

/** Methods that browsers and their fetch() do not send. */
const UNSENT = ['CONNECT', 'TRACE', 'TRACK'];
const withIds = (): Route[] =>
  routesOf(gateway.app).filter((route) => parametersOf(route).length > 0 && !UNSENT.includes(route.method));

test('every parameter of every route has a form that is checked', () => {
  const names = withIds().flatMap(parametersOf);
  expect(names.length).toBeGreaterThan(10);
  expect([...new Set(names)].sort()).toEqual(Object.keys(PATH_PARAMETERS).sort());
});

test('no text in the place of an id does more than the code of what was asked for, 404 but for names of signals', async () => {
  const connections = gateway.bus.status().server;
  for (const route of withIds()) {
    const names = parametersOf(route) as PathParameter[];
    for (const hostile of names) {
      // Some of them would do as the id of a step, or as a name.
      const texts = HOSTILE.filter((one) => !isId(PATH_PARAMETERS[hostile].kind, one));
      await Promise.all(texts.map((text) => expectNotFound(route, hostile, text)));
    }
  }
  expect(gateway.bus.status()).toMatchObject({ connected: true, server: connections });
  expect(gateway.reconnections()).toBe(0);
  // Thousands of calls: the bound of a hang on a slow machine.
}, 300_000);

/** Calls a route with a text in the place of one of its ids, the others being valid ones. */
async function expectNotFound(route: Route, hostile: PathParameter, text: string): Promise<void> {
  const path = route.path.replace(/:(\w+)/g, (_, name: PathParameter) => (name === hostile ? text : VALID[name]));
  const answer = await gateway.call(route.method, path);
  const { code } = PATH_PARAMETERS[hostile];
  const told = route.method === 'HEAD' ? undefined : code;
  expect([route.method, path, answer.status, answer.body.error?.code]).toEqual([
    ...[route.method, path, ERRORS[code].status, told],
  ]);
  if (route.method === 'HEAD') return;
  expect(Object.keys(answer.body.error?.details ?? {})).toEqual([hostile]);
  expect(JSON.stringify(answer.body).length).toBeLessThan(1_000);
}

test('a name that is none is refused with the form of names', async () => {
  const refused = await gateway.call('PUT', '/v1/secrets/1x', { body: '{"value":"abc"}' });
  expect(refused.body.error).toMatchObject({
    code: 'SECRET_NOT_FOUND',
    message: PATH_PARAMETERS.secret_name.malformed,
  });
});

test('what has the form of an id reaches its route, whose owner is not there', async () => {
  for (const route of withIds().filter(({ method }) => method === 'GET')) {
    // Served by nobody else.
    if (parametersOf(route).includes('step_type')) continue;
    if (parametersOf(route).includes('webhook_id')) continue;
    // The gateway itself looks for it.
    if (parametersOf(route).includes('file_id')) continue;
    const path = route.path.replace(/:(\w+)/g, (_, name: PathParameter) => VALID[name]);
    const answer = await gateway.call('GET', path);
    expect([path, answer.status, answer.body.error?.code]).toEqual([path, 503, 'SERVICE_UNAVAILABLE']);
  }
});

test('ids and cursors in queries are checked as well, and not repeated at their length', async () => {
  for (const name of ['starting_after', 'workflow_id']) {
    for (const text of HOSTILE.filter((hostile) => hostile !== '')) {
      const answer = await gateway.call('GET', `/v1/executions?${name}=${text}`);
      expect([name, text, answer.status, answer.body.error?.code]).toEqual([name, text, 400, 'INVALID_INPUT']);
      expect(JSON.stringify(answer.body).length).toBeLessThan(1_000);
    }
  }
  const odd = await gateway.call('GET', `/v1/executions?${'a'.repeat(10_000)}=1`);
  expect(odd.body.error?.code).toBe('INVALID_INPUT');
  expect(JSON.stringify(odd.body).length).toBeLessThan(1_000);
  expect(gateway.reconnections()).toBe(0);
});

test('an id of another organisation leads to the same questions as one of nobody: the time of a response shows nothing', async () => {
  const { snapshots } = gateway.bus;
  const webhook = { webhook_id: `wh_${randomSecret(24)}`, organisation_id: 'org_b', workflow_id: FOREIGN_WORKFLOW };
  await snapshots.put(WebhookSnapshot, webhook, { ...webhook, method: 'POST' });
  // In the gateway's memory, as the calls of their owner leave them there.
  expect(await snapshots.get(WebhookSnapshot, webhook)).toMatchObject(webhook);
  expect(await snapshots.get(ActiveSnapshot, webhook)).toMatchObject({ organisation_id: 'org_b' });
  const theirs = { workflow_id: FOREIGN_WORKFLOW, webhook_id: webhook.webhook_id };
  const tap = await connectBus({ url: gateway.natsUrl, name: 'tap', logger: silentLogger });
  try {
    const asked: string[] = [];
    tap.connection.subscribe('>', {
      callback: (_, message) => {
        const { subject } = message;
        if (subject.startsWith('_INBOX')) return;
        asked.push(`${subject} ${message.string()}`);
        // In the place of the services behind the gateway, that of the audit log excepted: who listens to everything is somebody to wait for.
        if (message.reply && !/^\$|audit-log/.test(subject)) refuse(message, 'SERVICE_UNAVAILABLE');
      },
    });
    await tap.connection.flush();
    /** The status of a call, and the subjects of what is asked about its id. */
    const effectsOf = async ({ method, path, body }: EndpointDeclaration, ids: Record<PathParameter, string>) => {
      asked.length = 0;
      const example = body?.example === undefined ? {} : { body: JSON.stringify(body.example) };
      const to = path.replace(/\{(\w+)\}/g, (_, name: PathParameter) => ids[name]);
      const { status } = await gateway.call(method, to, example);
      await tap.connection.flush();
      const names = pathParametersOf(path).filter((name) => name in theirs);
      const about = asked.filter((text) => names.some((name) => text.includes(ids[name])));
      const named = about.map((text) => names.reduce((all, name) => all.replaceAll(ids[name], name), text));
      return { status, asked: named.map((text) => text.split(' ')[0]).sort() };
    };
    const lookedUp = [];
    for (const endpoint of ENDPOINTS.filter(({ access }) => access !== 'public' && access !== 'operator')) {
      if (!pathParametersOf(endpoint.path).some((name) => name in theirs)) continue;
      const foreign = await effectsOf(endpoint, { ...VALID, ...theirs });
      const nobodys = await effectsOf(endpoint, VALID);
      expect([endpoint.id, foreign]).toEqual([endpoint.id, nobodys]);
      if (nobodys.asked.some((subject) => subject?.includes('DIRECT.GET'))) lookedUp.push(endpoint.id);
    }
    expect(lookedUp).toEqual(expect.arrayContaining(['executeWorkflow', 'getWorkflowStats', 'listenToWebhook']));
  } finally {
    await tap.close();
  }
});
