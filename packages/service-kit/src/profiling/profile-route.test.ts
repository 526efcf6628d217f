import { HealthServer } from '../health.js';
import { ProfileRoute, type AskedProfile } from './profile-route.js';

const TOKEN = 'profile-token-of-the-tests-0001';

let recorded: AskedProfile[] = [];
let record = (profile: AskedProfile): Promise<void> => {
  recorded.push(profile);
  return Promise.resolve();
};
const logger = { warn: () => undefined };
const route = new ProfileRoute(TOKEN, { logger, record: (profile) => record(profile) });
const server = new HealthServer('executor', {}, [], route);
let url: string;

beforeAll(async () => {
  url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}/profile`;
});
beforeEach(() => (recorded = []));
afterAll(() => server.close());

function ask(query: string, { method = 'POST', token = TOKEN } = {}): Promise<Response> {
  return fetch(url + query, { method, headers: { authorization: `Bearer ${token}` } });
}

async function refusal(asked: Promise<Response>): Promise<[number, string]> {
  const response = await asked;
  const { error } = (await response.json()) as { error: { code: string } };
  return [response.status, error.code];
}

test('a profile of the processor says which functions ran, and is recorded', async () => {
  const response = await ask('?kind=cpu&seconds=0.05');
  expect([response.status, response.headers.get('x-profile-extension')]).toEqual([200, 'cpuprofile']);
  const { nodes, samples } = (await response.json()) as { nodes: unknown[]; samples: unknown[] };
  expect([nodes.length, samples.length].every((count) => count > 0)).toBe(true);
  expect(recorded).toEqual([{ kind: 'cpu', address: '127.0.0.1' }]);
});

test('nobody gets one without the token, and none is recorded', async () => {
  for (const token of ['', 'x', `${TOKEN}x`, TOKEN.slice(1)])
    expect(await refusal(ask('?seconds=0.05', { token }))).toEqual([401, 'UNAUTHORIZED']);
  expect(recorded).toEqual([]);
});

test.each(['?kind=all', '?seconds=31', '?seconds=0', '?seconds=-1', '?seconds=x', '?kind=heap&seconds=Infinity'])(
  'what cannot be asked for is refused: %s',
  async (query) => {
    expect(await refusal(ask(query))).toEqual([400, 'INVALID_INPUT']);
    expect(recorded).toEqual([]);
  },
);

test('it is asked for by POST, since it does something', async () => {
  expect(await refusal(ask('', { method: 'GET' }))).toEqual([405, 'METHOD_NOT_ALLOWED']);
});

test('one is taken at a time, and the next one after it', async () => {
  const both = await Promise.all([ask('?seconds=1'), ask('?seconds=1')]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 503]);
  await Promise.all(both.map((response) => response.arrayBuffer()));
  expect((await ask('?seconds=0.05')).status).toBe(200);
});

test('none is taken that cannot be recorded', async () => {
  const before = record;
  record = () => Promise.reject(new Error('the database is away'));
  try {
    expect(await refusal(ask('?seconds=0.05'))).toEqual([500, 'INTERNAL_ERROR']);
  } finally {
    record = before;
  }
});

test('whoever goes away ends it', async () => {
  const gone = new AbortController();
  const asked = fetch(`${url}?seconds=30`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: gone.signal,
  }).catch(() => undefined);
  while (recorded.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  gone.abort();
  await asked;
  let next = await ask('?seconds=0.05');
  while (next.status === 503) next = await ask('?seconds=0.05');
  expect(next.status).toBe(200);
});

test('without a token there is no such path', async () => {
  const without = new HealthServer('executor', {});
  const port = await without.listen(0, '127.0.0.1');
  const response = await fetch(`http://127.0.0.1:${port}/profile`, { method: 'POST' });
  expect(response.status).toBe(404);
  await without.close();
});
