import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { hostname } from 'node:os';
import { connectProcesses, natsUsers, operatorUser, type NatsBus } from '@millrace/messaging';
import { FakeHttpServer, freePort, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectClient, eventsAtEnd, startExecution, workflowOf } from './executor.fixture.js';

/* The operator takes one of two executors out of service by `millrace-ops drain`: processes as they are installed, with the users of an installation. */

const EXECUTOR = join(__dirname, '../dist/program/main.js');
const OPS = join(__dirname, '../../../packages/ops/dist/main.js');
const NODES = ['machine-a', 'machine-b'];
const EXECUTIONS = 6;

interface Executor {
  readonly node: string;
  readonly child: ChildProcess;
  readonly health: string;
}
interface Printed {
  readonly code: number;
  readonly said: string;
  readonly processes?: { service: string; instance: string; node: string; state: string }[];
}

let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
let executors: Executor[] = [];
const urlOf = (user: string) => nats.url.replace('://', `://${user}:${user}-password@`);
const first = () => executors[0] as Executor;
const second = () => executors[1] as Executor;

beforeAll(async () => {
  const users = [...natsUsers(), operatorUser(), { user: 'all' }];
  nats = await startNats({ users: users.map((user) => ({ ...user, password: `${user.user}-password` })) });
  [bus, server] = await Promise.all([connectClient(urlOf('all')), FakeHttpServer.start()]);
  executors = await Promise.all(NODES.map(executorOn));
});
afterAll(async () => {
  for (const { child } of executors) child.kill('SIGKILL');
  await bus.close();
  await Promise.all([server.stop(), nats.stop()]);
});

async function executorOn(node: string): Promise<Executor> {
  const executor = await begun(node);
  await waitUntil('it is ready', async () => (await readiness(executor)) === 'up', 90_000);
  return executor;
}

async function begun(node: string): Promise<Executor> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    MILLRACE_NODE_NAME: node,
    MILLRACE_HEALTH_PORT: String(port),
    MILLRACE_NATS_URL: urlOf('executor'),
    MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
    MILLRACE_LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [EXECUTOR], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return { node, child, health: `http://127.0.0.1:${port}/health` };
}

async function readiness({ health }: Executor): Promise<string | null> {
  const response = await fetch(`${health}/ready`).catch(() => null);
  return response && ((await response.json()) as { status: string }).status;
}

/** What `millrace-ops drain` prints and ends with. */
function drain(...words: string[]): Promise<Printed> {
  return drainAs('operator', ...words);
}

function drainAs(user: string, ...words: string[]): Promise<Printed> {
  const env = { PATH: process.env['PATH'], MILLRACE_NATS_OPERATOR_URL: urlOf(user) };
  return new Promise((resolve) =>
    execFile(process.execPath, [OPS, 'drain', ...words, '--json'], { env }, (error, out, said) =>
      resolve({ ...(out === '' ? {} : (JSON.parse(out) as object)), code: Number(error?.code ?? 0), said }),
    ),
  );
}
const statesOf = ({ processes = [] }: Printed) => processes.map(({ node, state }) => [node, state]).sort();

/** Starts executions whose calls the server holds, and then count. */
async function start(from: number): Promise<() => Promise<void>> {
  const steps = ['hold', 'after'].map((id) => ({
    ...{ id, type: 'http' },
    config: { method: 'POST', url: `${server.url}/${id}`, body: { n: '{{input.n}}' } },
  }));
  const numbers = Array.from({ length: EXECUTIONS }, (_, index) => from + index);
  const requests = await Promise.all(numbers.map((n) => startExecution(bus, workflowOf(steps), { n })));
  return async () => {
    for (const request of requests) expect((await eventsAtEnd(bus, request)).at(-1)?.type).toBe('completed');
  };
}

test('all processes are listed, with their nodes', async () => {
  expect(statesOf(await drain('--list'))).toEqual(NODES.map((node) => [node, 'up']));
});

test('a name that nothing has changes nothing, and the nearest are named', async () => {
  const { code, said } = await drain('machine-c');
  expect([code, said]).toEqual([2, expect.stringContaining('there is machine-a, machine-b')]);
});

test('whoever may not call the roll learns it, and not that there are no processes', async () => {
  const { code, said, processes } = await drainAs('executor', '--list');
  expect([code, said, processes]).toEqual([3, expect.stringContaining('Processes cannot be asked'), undefined]);
});

test('the last ready process of a service is not drained', async () => {
  const { code, said } = await drain('executor');
  expect([code, said]).toEqual([1, expect.stringContaining('LAST_PROCESS: executor would have no ready process left')]);
  expect(await Promise.all(executors.map(readiness))).toEqual(['up', 'up']);
});

test('no message that comes out of a stream drains anything, whoever has it sent', async () => {
  const [{ instance } = { instance: '' }] = (await drain('--list')).processes ?? [];
  await bus.connection.request('$O.payloads.C.forged', JSON.stringify({ service: 'executor', instance }));
  let forged = 0;
  const spy = bus.connection.subscribe('system.drain.executor', { callback: () => void forged++ });
  const asked = JSON.stringify({ last_by_subj: '$O.payloads.C.forged' });
  bus.connection.publish('$JS.API.DIRECT.GET.OBJ_payloads', asked, { reply: 'system.drain.executor' });
  await waitUntil('it has been sent', () => Promise.resolve(forged > 0));
  spy.unsubscribe();
  // After the roll call that a process would have heard later than that.
  expect(statesOf(await drain('--list'))).toEqual(NODES.map((node) => [node, 'up']));
});

test('one that is drained under load ends what it runs, takes nothing new, and stays until it is ended', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let holding = 0;
  server.on('/hold', async () => {
    holding++;
    await held;
    return { body: {} };
  });
  const ended = await start(0);
  await waitUntil('all are under way', () => Promise.resolve(holding === EXECUTIONS));

  const late = await drain('machine-a', '--timeout=1');
  expect([late.code, statesOf(late)]).toEqual([1, [['machine-a', 'stopping']]]);
  const draining = drain('machine-a');
  release();
  const outcome = await draining;
  expect([outcome.code, statesOf(outcome)]).toEqual([0, [['machine-a', 'drained']]]);
  await ended();
  expect(await readiness(first())).toBe('drained');
  const codes = await Promise.all(
    ['ready', 'live'].map(async (path) => (await fetch(`${first().health}/${path}`)).status),
  );
  expect(codes).toEqual([503, 200]);

  await (
    await start(EXECUTIONS)
  )();
  const told = server.calls
    .filter(({ path }) => path === '/after')
    .map(({ body }) => (JSON.parse(body) as { n: number }).n);
  expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * EXECUTIONS }, (_, n) => n));
  expect(statesOf(await drain('--list'))).toEqual([
    ['machine-a', 'drained'],
    ['machine-b', 'up'],
  ]);

  const exit = once(first().child, 'exit');
  first().child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('one that is drained while it starts takes no work, and loses none', async () => {
  const operator = await connectProcesses(urlOf('operator'));
  const early = await begun('machine-early');
  executors.push(early);
  const meant = { service: 'executor', instance: `${hostname()}:${early.child.pid}` };
  // One that is under way when the connection closes is refused.
  const asking = setInterval(() => void operator.drain(meant).catch(() => undefined), 5);
  try {
    await waitUntil('it is drained', async () => (await readiness(early)) === 'drained', 90_000);
  } finally {
    clearInterval(asking);
    await operator.close();
  }
  await (
    await start(100)
  )();
  await (
    await start(200)
  )();
});

/** Replies once to a roll call, as a process of the executor, under a service's name. */
function replyOnce(service: string): () => void {
  const subscription = bus.connection.subscribe('system.roll-call', {
    max: 1,
    callback: (_, message) => {
      const { call_id } = message.json<{ call_id: string }>();
      const said = {
        service: 'executor',
        instance: 'x:1',
        node: 'machine-x',
        version: '1.0.0',
        started_at: '',
        failing: [],
      };
      bus.connection.publish(
        `system.present.${service}.${call_id}`,
        JSON.stringify({ ...said, call_id, status: 'up' }),
      );
    },
  });
  return () => subscription.unsubscribe();
}

test('one that falls silent before it was seen to stop is not taken for gone', async () => {
  const end = replyOnce('executor');
  const outcome = await drain('machine-x', '--timeout=6');
  end();
  expect([outcome.code, statesOf(outcome)]).toEqual([1, [['machine-x', 'silent']]]);
});

test('what a service says of another one is not believed', async () => {
  const end = replyOnce('history');
  const { code, said } = await drain('machine-x');
  end();
  expect([code, said]).toEqual([2, expect.stringContaining('called machine-x')]);
});

test('by force the last one is drained too', async () => {
  const outcome = await drain('machine-b', '--force');
  expect([outcome.code, statesOf(outcome)]).toEqual([0, [['machine-b', 'drained']]]);
  expect(await readiness(second())).toBe('drained');
});

test('one that dies while it is drained is gone, and not waited for', async () => {
  let holding = 0;
  server.on('/hold', () => {
    holding++;
    return new Promise<never>(() => undefined);
  });
  const third = await executorOn('machine-c');
  executors.push(third);
  await start(2 * EXECUTIONS);
  await waitUntil('all are under way', () => Promise.resolve(holding === EXECUTIONS));
  const draining = drain('machine-c', '--force');
  const seen = async () => statesOf(await drain('--list')).some(([, state]) => state === 'stopping');
  await waitUntil('it is seen to stop', seen, 60_000);
  third.child.kill('SIGKILL');
  const outcome = await draining;
  expect([outcome.code, statesOf(outcome)]).toEqual([0, [['machine-c', 'gone']]]);
});
