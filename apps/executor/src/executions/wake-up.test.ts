import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { systemClock } from '../clock.js';
import { parallel } from '../steps/parallel.step.js';
import type { EffectHandler } from '../steps/step-handler.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { ExecutionRun } from './execution-run.js';
import { MemoryLedger } from './memory-ledger.js';
import { WakeUp } from './wake-up.js';

const AT = new Date().toISOString();

it('does not forget a call before somebody waits, and resolves once', async () => {
  const wakeUp = new WakeUp();
  wakeUp.tell();
  await wakeUp.wait();
  let isAwake = false;
  const waiting = wakeUp.wait().then(() => (isAwake = true));
  await systemClock.yield('org_1');
  expect(isAwake).toBe(false);
  wakeUp.tell();
  await waiting;
});

/** Two steps at once whose answers come when `answers` say. */
function twoAtOnce(answers: Readonly<Record<string, () => Promise<unknown>>>): ExecutionRun {
  const http: EffectHandler<'http'> = {
    kind: 'effect',
    compile: (config) => () => answers[String(config.url)] ?? (() => Promise.reject(new Error('Asked nobody'))),
  };
  const branches = ['a', 'b'].map((name) => ({
    name,
    steps: [{ id: name, type: 'http', config: { url: `http://${name}/` } }],
  }));
  const steps = [{ id: 'both', type: 'parallel', config: { branches } }];
  const plan = planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps });
  return new ExecutionRun({
    organisationId: 'org_1',
    executionId: 'exec_1',
    startedAt: AT,
    seed: 'seed',
    program: new WorkflowProgram(plan, 'Test', { parallel, http }),
    redact: null,
    sealing: null,
    scope: { input: {}, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
    append: () => Promise.resolve(),
    clock: systemClock,
    random: Math.random,
    memory: new MemoryLedger(Infinity),
    metrics: { stepEnded: () => undefined, stepRetried: () => undefined },
    onDefect: () => undefined,
  });
}

/** How a run ends; one that has not ended after this long never will. */
function endOf(run: ExecutionRun): Promise<string> {
  const of = { workflow_id: 'w', version: 1, accepted_at: AT, trigger: { type: 'api' } } as const;
  const end = run.start({ type: 'started', at: AT, ...of }).then(({ type }: ExecutionEvent) => type);
  return Promise.race([end, new Promise<string>((resolve) => setTimeout(() => resolve('never'), 20_000).unref())]);
}

/** So many turns of the queue of promises. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

const DISTANCES = Array.from({ length: 16 }, (_, distance) => distance);

it('a run ends however closely the answers of its calls follow each other', async () => {
  const ends = DISTANCES.map((distance) =>
    endOf(twoAtOnce({ 'http://a/': () => turns(3), 'http://b/': () => turns(3 + distance) })),
  );
  expect(await Promise.all(ends)).toEqual(DISTANCES.map(() => 'completed'));
});

it('a run is cancelled however closely the request follows an answer', async () => {
  const ends = DISTANCES.map(async (distance) => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const run = twoAtOnce({ 'http://a/': () => answered, 'http://b/': () => new Promise(() => undefined) });
    const end = endOf(run);
    await systemClock.yield('org_1');
    await systemClock.yield('org_1');
    answer();
    await turns(distance);
    run.heed([{ type: 'cancel_requested', at: AT }]);
    return end;
  });
  expect(await Promise.all(ends)).toEqual(DISTANCES.map(() => 'cancelled'));
});
