import type { ExecutionResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually } from './support/eventually.js';
import { isAlive, killHard, processIds } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * The promise: a step's result is recorded exactly once; its side effect happens at least once, always under the same key.
 * The executor is killed while executions are at each of their steps; what reached the service shows who ran what.
 */

const api = new ApiClient();
const STEPS = [1, 2, 3, 4, 5];
let service: CountingService;

beforeAll(async () => {
  service = await CountingService.start();
});
afterAll(() => service.stop());
afterEach(() => {
  service.answerWith(() => undefined);
  service.calls.length = 0;
});

const call = (n: number) => ({
  id: `call_${n}`,
  type: 'http',
  config: {
    method: 'POST',
    url: `${service.url}/{{input.run}}/${n}`,
    body: { after: n > 1 ? `{{call_${n - 1}.data.call}}` : null },
  },
});

const fiveCalls = () => ({
  name: 'Five calls',
  trigger: { type: 'webhook' },
  steps: STEPS.map(call),
  output: STEPS.map((n) => `{{call_${n}.data.call}}`),
});

/** Kills the executor and waits until the supervisor has started another one. */
async function replaceExecutor(): Promise<void> {
  const before = killHard('service:executor');
  await eventually('a new executor runs', () =>
    processIds()['service:executor'] === before ? undefined : processIds()['service:executor'],
  );
  await allReady();
}

/** The keys under which each step of one execution called, by step number. */
function keysByStep(run: string): string[][] {
  return STEPS.map((n) => service.callsTo(`/${run}/${n}`).map((one) => one.key ?? 'no key'));
}

function expectRecordedOnce(execution: ExecutionResource): void {
  expect([execution.id, execution.status, execution.error]).toEqual([execution.id, 'completed', null]);
  expect(execution.steps.map((step) => [step.path, step.status])).toEqual(STEPS.map((n) => [`call_${n}`, 'completed']));
}

it('killed while executions wait for the answer of each of their steps, it repeats only that step, under the same key', async () => {
  const workflow = await api.create(fiveCalls());
  // Execution k is held in its step k, so that one kill meets every possible place.
  const waiting = new Set<string>();
  let holding = true;
  service.answerWith((one) => {
    const [, run = '', n] = one.path.split('/');
    if (!holding || run !== `held-${n}`) return undefined;
    waiting.add(run);
    return new Promise<undefined>(() => undefined);
  });
  const accepted = await Promise.all(STEPS.map((n) => api.execute(workflow.id, { run: `held-${n}` })));
  await eventually('every execution is at its step', () => waiting.size === STEPS.length || undefined, {
    lastSeen: () => [...waiting],
  });
  holding = false;
  await replaceExecutor();

  for (const [position, { id }] of accepted.entries()) {
    const execution = await api.ended(id, 110_000);
    expectRecordedOnce(execution);
    const held = position + 1;
    expect(keysByStep(`held-${held}`)).toEqual(
      STEPS.map((n) => Array<string>(n === held ? 2 : 1).fill(`${id}:call_${n}`)),
    );
    // The outputs are those of the calls that counted: each step saw the result of the one before.
    const results = execution.output as number[];
    for (const n of STEPS.slice(1)) {
      expect(service.callsTo(`/held-${held}/${n}`).at(-1)?.body).toEqual({ after: results[n - 2] });
    }
  }
});

it('while there is none, executions are accepted and read as running, and run once there is one', async () => {
  const workflow = await api.create(fiveCalls());
  const before = killHard('service:executor');
  await eventually('the executor is gone', () => (isAlive(before) ? undefined : true), { everyMs: 1 });
  const { id } = await api.execute(workflow.id, { run: 'early' });
  expect(await api.execution(id)).toMatchObject({
    id,
    status: 'running',
    input: { run: 'early' },
    steps: [],
    output: null,
  });
  await eventually('a new executor runs', () => {
    const now = processIds()['service:executor'];
    return now === before ? undefined : now;
  });
  expectRecordedOnce(await api.ended(id, 110_000));
  expect(keysByStep('early')).toEqual(STEPS.map((n) => [`${id}:call_${n}`]));
});

it('killed the moment an answer has left the service, and killed again while it catches up, it loses and repeats nothing else', async () => {
  const workflow = await api.create(fiveCalls());
  const loop = await api.create({
    name: 'Calls in a loop',
    trigger: { type: 'webhook' },
    steps: [
      {
        id: 'each',
        type: 'loop',
        config: {
          items: '{{input.items}}',
          steps: [
            {
              id: 'call',
              type: 'http',
              config: { method: 'POST', url: `${service.url}/loop/{{item}}`, body: { item: '{{item}}' } },
            },
          ],
        },
      },
    ],
    output: '{{each.output.map(one => one.status)}}',
  });
  let kills = 0;
  const killOnce = (number: number): { afterwards: () => void } | undefined => {
    if (kills >= number) return undefined;
    kills = number;
    return { afterwards: () => killHard('service:executor') };
  };
  // The first kill right behind the answer to step 2 of the first execution: its result may or may not be recorded yet.
  service.answerWith((one) => (one.path === '/behind-0/2' ? killOnce(1) : undefined));
  const items = Array.from({ length: 40 }, (_, index) => index);
  const first = processIds()['service:executor'];
  const started = await Promise.all([
    ...[0, 1, 2, 3].map((n) => api.execute(workflow.id, { run: `behind-${n}` })),
    api.execute(loop.id, { items }),
  ]);
  await eventually('the executor was killed', () => kills === 1 || undefined);
  // The second one as soon as the executions are taken up again.
  await eventually('a new executor runs', () =>
    processIds()['service:executor'] === first ? undefined : processIds()['service:executor'],
  );
  const before = service.calls.length;
  service.answerWith(() => (service.calls.length > before + 2 ? killOnce(2) : undefined));
  await eventually(
    'the executor was killed again or everything had ended',
    async () => {
      if (kills === 2) return true;
      const ends = await Promise.all(started.map(({ id }) => api.execution(id)));
      return ends.every((execution) => execution.status === 'completed') || undefined;
    },
    { everyMs: 250, timeoutMs: 110_000 },
  );

  for (const [n, { id }] of started.slice(0, 4).entries()) {
    expectRecordedOnce(await api.ended(id, 110_000));
    for (const [index, keys] of keysByStep(`behind-${n}`).entries()) {
      expect(new Set(keys)).toEqual(new Set([`${id}:call_${index + 1}`]));
      // Once, and once more for each kill that it could have met.
      expect(keys.length).toBeLessThanOrEqual(1 + kills);
    }
    const repeated = keysByStep(`behind-${n}`).filter((keys) => keys.length > 1).length;
    expect(repeated).toBeLessThanOrEqual(kills);
  }
  const looped = await api.ended(started[4]!.id, 110_000);
  expect([looped.status, looped.error]).toEqual(['completed', null]);
  expect(looped.output).toEqual(items.map(() => 200));
  const loopKeys = service.callsTo('/loop/').map((one) => one.key);
  expect(new Set(loopKeys)).toEqual(new Set(items.map((index) => `${looped.id}:each[${index}].call`)));
  expect(loopKeys.length).toBeLessThanOrEqual(items.length + kills);
  expect(
    looped.steps
      .filter((step) => step.step_id === 'call')
      .map((step) => step.path)
      .sort(),
  ).toEqual(items.map((index) => `each[${index}].call`).sort());
  await allReady();
});
