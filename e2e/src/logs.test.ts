import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FakeHttpServer } from '@millrace/testing';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { platformCommand, platformEnvironment, readEndpoints, REPOSITORY } from './support/platform.js';

const run = promisify(execFile);

/** What the log of an installation that logs all has about an execution, found by nothing but its id. */
const home = mkdtempSync(join(tmpdir(), 'millrace-logs-'));
let target: FakeHttpServer;
let api: ApiClient;

const SENT = 'what-somebody-has-sent';

interface Line {
  readonly time: string;
  readonly service: string;
  readonly executionId?: string;
  readonly requestId?: string;
  /** The name of a message that was stored. */
  readonly message?: string;
  readonly events?: readonly { type: string; path?: string; attempt?: number; code?: string }[];
}

beforeAll(async () => {
  target = await FakeHttpServer.start();
  await platformCommand('up', { home, built: true, settings: { MILLRACE_LOG_LEVEL: 'debug' } });
  const { token, api_url: base } = readEndpoints(home);
  api = new ApiClient(token, base);
}, 600_000);

afterAll(async () => {
  await platformCommand('down', { home });
  await target.stop();
  rmSync(home, { recursive: true, force: true });
}, 300_000);

/** What `npm run logs` prints of an execution, or of a service. */
async function logs(...args: string[]): Promise<string> {
  const script = join(REPOSITORY, 'deploy', 'local', 'logs.mjs');
  const env = platformEnvironment(home);
  return (await run(process.execPath, [script, ...args], { env, maxBuffer: 64 * 1024 * 1024 })).stdout;
}

test('each line about an execution names it, and together they say what has become of it', async () => {
  target.on('/fails', { status: 503 });
  const workflow = await api.create({
    name: 'Logged',
    steps: [
      { id: 'pause', type: 'wait', config: { duration: '3s' } },
      {
        id: 'call',
        type: 'http',
        config: { method: 'POST', url: `${target.url}/fails`, body: '{{input}}' },
        retry: { max_attempts: 2, initial_delay: '100ms' },
      },
    ],
  });
  const { execution_id: id } = await api.expect<{ execution_id: string }>(
    202,
    'POST',
    `/workflows/${workflow.id}/execute`,
    { json: { input: { text: SENT } }, headers: { 'X-Request-Id': 'req_of_the_caller' } },
  );
  expect((await api.ended(id)).status).toBe('failed');

  const lines = await eventually('the end is in the log', async () => {
    const found = (await logs(id)).split('\n').filter(Boolean);
    const read = found.map((line) => JSON.parse(line) as Line);
    return read.some(({ message }) => message === 'ExecutionFinished') ? read : undefined;
  });
  expect(lines.filter(({ executionId }) => executionId !== id)).toEqual([]);
  expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).sort());

  const stored = (service: string) => lines.filter((line) => line.service === service && line.message !== undefined);
  expect(stored('gateway')).toMatchObject([{ message: 'RunRequested', requestId: 'req_of_the_caller' }]);
  expect(stored('executor').map(({ message }) => message)).toEqual(
    expect.arrayContaining(['ExecutionDue', 'RunRequested', 'JournalEntry']),
  );
  const told = stored('executor').flatMap(({ events = [] }) => events);
  expect(told.map(({ type, path, attempt, code }) => [type, path, attempt, code])).toEqual([
    ['started', undefined, undefined, undefined],
    ['step_waiting', 'pause', 1, undefined],
    ['suspended', undefined, undefined, undefined],
    ['woken', undefined, undefined, undefined],
    ['step_completed', 'pause', 1, undefined],
    ['step_started', 'call', 1, undefined],
    ['step_failed', 'call', 1, 'HTTP_STATUS_ERROR'],
    ['step_started', 'call', 2, undefined],
    ['step_failed', 'call', 2, 'HTTP_STATUS_ERROR'],
    ['failed', 'call', undefined, 'HTTP_STATUS_ERROR'],
  ]);
  expect(stored('history').map(({ message }) => message)).toContain('ExecutionFinished');
  const services = Object.keys(readEndpoints(home).services);
  expect(services).toContain('executor');
  for (const service of services) {
    const text = await logs(service, '-n', '1000000');
    expect([service, text.length > 0, text.includes(SENT)]).toEqual([service, true, false]);
  }
}, 300_000);
