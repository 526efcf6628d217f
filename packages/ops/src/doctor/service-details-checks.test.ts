import { HealthServer } from '@millrace/service-kit/health';
import { FakeHttpServer } from '@millrace/testing';
import { checkServiceDetails } from './service-details-checks.js';

let history: FakeHttpServer;
let details: object;

beforeAll(async () => {
  history = await FakeHttpServer.start();
  history.otherwise(() => ({ body: { now: new Date().toISOString(), ...details } }));
});
afterAll(() => history?.stop());

async function found(said: object, healthUrls: Record<string, string> = { history: history.url }): Promise<string[][]> {
  details = said;
  return (await checkServiceDetails({ healthUrls })).map(({ check, status }) => [check, status]);
}

test('a service whose clock agrees, with the indexes of its release, is as it should be', async () => {
  expect(await found({ indexes: { missing: [], extra: [] } })).toEqual([
    ['clock of history', 'ok'],
    ['indexes of history', 'ok'],
  ]);
  expect(await found({})).toEqual([['clock of history', 'ok']]);
});

test('a clock that differs is found', async () => {
  for (const offset of [-60_000, 60_000])
    expect(await found({ now: new Date(Date.now() + offset).toISOString() })).toEqual([['clock of history', 'failed']]);
});

test('indexes that are missing, that nobody asks for, or that cannot be looked at are found', async () => {
  expect(await found({ indexes: { missing: ['executions {"a":1}'], extra: ['executions {"b":1}'] } })).toEqual([
    ['clock of history', 'ok'],
    ['indexes of history', 'failed'],
    ['indexes of history', 'warning'],
  ]);
  expect((await found({ failure: 'not connected' })).at(-1)).toEqual(['indexes of history', 'failed']);
});

test('a service that is not where it is said to be is found, and without addresses it is not looked for', async () => {
  expect(await found({}, { history: 'http://127.0.0.1:1' })).toEqual([['details of history', 'failed']]);
  expect(await found({}, {})).toEqual([
    ['clocks of services', 'skipped'],
    ['indexes', 'skipped'],
    ['settings of services', 'skipped'],
  ]);
});

test('settings that are not the same in all processes are found, with who has which', async () => {
  const server = new HealthServer('executor', {});
  try {
    server.settings = { MILLRACE_ACK_WAIT_SECONDS: 30, MILLRACE_STORAGE_QUOTA_PERCENT: 25 };
    const executor = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
    const compared = async (settings: object) => {
      details = { settings };
      const findings = await checkServiceDetails({ healthUrls: { history: history.url, executor } });
      return findings
        .filter(({ check }) => check === 'settings of services')
        .map(({ status, found }) => [status, found]);
    };
    expect(await compared({ MILLRACE_ACK_WAIT_SECONDS: 30 })).toEqual([
      ['ok', '2 processes have the same: MILLRACE_ACK_WAIT_SECONDS, MILLRACE_STORAGE_QUOTA_PERCENT'],
    ]);
    expect(await compared({ MILLRACE_ACK_WAIT_SECONDS: 10 })).toEqual([
      ['failed', 'MILLRACE_ACK_WAIT_SECONDS is 10 in history; 30 in executor'],
    ]);
  } finally {
    await server.close();
  }
});
