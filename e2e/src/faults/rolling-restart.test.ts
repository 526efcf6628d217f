import type { WorkflowResource } from '@millrace/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient, apiBase, type Answer, type Refusal } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { inParallel } from '../support/eventually.js';
import { processIds } from '../support/platform.js';
import { allReady } from '../support/readiness.js';
import { startReplicas, type Replica } from '../support/replicas.js';

/*
 * Every service is replaced while callers start and read: as a cluster does it, a new process is ready, calls are led to it, and the old one is made to end. Nobody gets an error but
 * 503, all that was accepted completes, and no call of a step is made twice.
 */

const ROUNDS = process.env['MILLRACE_E2E_LONG'] ? 8 : 1;
const CALLERS = 4;
const PAUSE_MS = 25;
/** By then a gateway that gets no more calls has served those it had: in a cluster the wait before it is made to end. */
const LED_AWAY_MS = 1_000;
const SERVICES = ['gateway', 'definitions', 'history', 'webhook-dispatcher', 'executor', 'scheduler', 'email-ingest'];

let base = apiBase();
let service: CountingService;
let workflow: WorkflowResource;
let isOver = false;
const accepted = new Map<number, string>();
const wrong: string[] = [];
let refused = 0;
let answered = 0;

beforeAll(async () => {
  service = await CountingService.start();
  workflow = await new ApiClient().create({
    name: 'Rolling',
    trigger: { type: 'webhook' },
    steps: [
      { id: 'tell', type: 'http', config: { method: 'POST', url: `${service.url}/tell`, body: { n: '{{input.n}}' } } },
      { id: 'pause', type: 'wait', config: { duration: '{{2100 * (input.n % 2)}}ms' } },
    ],
    output: { n: '{{input.n}}' },
  });
});
afterAll(() => service?.stop());

type Started = { readonly execution_id: string } & Refusal;

/** One call after the other, of each kind in turn. */
async function calling(caller: number): Promise<void> {
  for (let n = caller; !isOver; n += CALLERS) {
    const api = new ApiClient(undefined, base);
    const started = await noted(`start ${n}`, () => start(api, n));
    if (started?.status === 202) accepted.set(n, started.body.execution_id);
    await noted('read', () => api.call('GET', `/executions?workflow_id=${workflow.id}&limit=1`));
    await noted('list', () => api.call('GET', '/workflows?per_page=1'));
    await sleep(PAUSE_MS);
  }
}

function start(api: ApiClient, n: number): Promise<Answer<Started>> {
  const json = n % 3 === 0 ? { n } : { input: { n } };
  const path = n % 3 === 0 ? ApiClient.webhookPath(workflow) : `/workflows/${workflow.id}/execute`;
  return api.call<Started>('POST', path, { json });
}

async function noted<Body>(what: string, call: () => Promise<Answer<Body>>): Promise<Answer<Body> | null> {
  try {
    const answer = await call();
    answered++;
    if (answer.status === 503 && answer.headers.get('retry-after') !== null) refused++;
    else if (answer.status !== 200 && answer.status !== 202)
      wrong.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  } catch (error) {
    wrong.push(`${what}: ${String((error as { cause?: unknown }).cause ?? error)}`);
    return null;
  }
}

async function replaceAll(): Promise<void> {
  const replicas: readonly Replica[] = await startReplicas(SERVICES);
  base = replicas.find(({ name }) => name === 'gateway')?.apiUrl ?? base;
  await sleep(LED_AWAY_MS);
  const old = processIds();
  for (const name of SERVICES) {
    const pid = old[`service:${name}`];
    // A pid of 0 would be that of everybody here.
    if (pid === undefined) throw new Error(`${name} is not running`);
    process.kill(pid, 'SIGTERM');
    await sleep(200);
  }
  await newOnes(old);
  base = apiBase();
  await sleep(LED_AWAY_MS);
  const ends = await Promise.all(replicas.map(async ({ name, stop }) => [name, await stop()]));
  // As docs/operate.md says of a process that is let go in peace.
  expect(ends).toEqual(SERVICES.map((name) => [name, 0]));
}

/** The supervisor has started each of them again, and all are ready. */
async function newOnes(old: Readonly<Record<string, number>>): Promise<void> {
  while (SERVICES.some((name) => processIds()[`service:${name}`] === old[`service:${name}`])) await sleep(100);
  await allReady();
}

test('every service is replaced under load, and callers get no error but 503', async () => {
  const callers = Array.from({ length: CALLERS }, (_, caller) => calling(caller));
  try {
    for (let round = 0; round < ROUNDS; round++) await replaceAll();
  } finally {
    isOver = true;
    await Promise.all(callers);
  }
  process.stderr.write(
    `faults/rolling-restart: ${answered} calls, ${refused} of them 503, ${accepted.size} executions\n`,
  );
  expect(wrong).toEqual([]);
  expect(accepted.size).toBeGreaterThan(20);
  const api = new ApiClient();
  const ended = await inParallel([...accepted], 8, async ([n, id]) => ({ n, ...(await api.ended(id, 120_000)) }));
  expect(ended.filter(({ n, status, output }) => status !== 'completed' || (output as { n: number }).n !== n)).toEqual(
    [],
  );
  const calls = service.calls.map(({ body }) => (body as { n: number }).n);
  expect(calls).toHaveLength(new Set(calls).size);
});
