// What the engine itself costs, without NATS: npm run bench engine
// The real engine, step handlers and journal writer run against a journal that only encodes its entries. CPU time, so that
// other work on the machine disturbs little; the median of several rounds. "bare" is the same expressions evaluated one
// after the other with nothing around them.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from '@millrace/local/table';
import { verdict } from '../lib/verdict.mjs';

const executor = new URL('../../apps/executor/dist/', import.meta.url);
if (!existsSync(fileURLToPath(executor))) {
  process.stderr.write('The executor is not built. Build it: npx pnpm --filter @millrace/executor... build\n');
  process.exit(1);
}
const { ExecutionRun } = await import(new URL('executions/execution-run.js', executor).href);
const { MemoryLedger } = await import(new URL('executions/memory-ledger.js', executor).href);
const { metrics } = await import(new URL('executions/metrics.js', executor).href);
const { WorkflowProgram } = await import(new URL('steps/step-program.js', executor).href);
const { stepHandlers } = await import(new URL('steps/registry.js', executor).href);
const { systemClock } = await import(new URL('clock.js', executor).href);
const { planWorkflow } = await import(
  new URL('../../apps/executor/node_modules/@millrace/schema/dist/index.js', import.meta.url).href
);
const { compileTemplate } = await import('@millrace/expression');

const ROUNDS = 7;
// No step of these calls anybody.
const handlers = stepHandlers({
  http: { client: null, userAgent: '', clock: systemClock },
  wait: { clock: systemClock },
});
const trigger = { type: 'webhook', config: {} };
const fivePure = [
  { id: 'a', type: 'transform', config: { output: { name: '{{input.name}}', total: '{{input.price * 2}}' } } },
  { id: 'b', type: 'condition', config: { condition: '{{a.output.total}} > 10', true_branch: 'c' } },
  { id: 'c', type: 'transform', config: { output: 'Hello {{a.output.name}}' } },
  {
    id: 'd',
    type: 'switch',
    config: { value: '{{input.kind}}', cases: [{ equals: 'x' }, { equals: 'y', then: 'e' }] },
  },
  { id: 'e', type: 'transform', config: { output: { text: '{{c.output}}', branch: '{{d.output.branch}}' } } },
];
const inner = { id: 'inner', type: 'transform', config: { output: { id: '{{item.id}}', index: '{{index}}' } } };
const items = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `item ${id}` }));

/** @type {{ name: string, steps: object[], input: object, runs: number, stepsPerRun: number }[]} */
const cases = [
  {
    name: 'execution of 5 pure steps',
    steps: fivePure,
    input: { name: 'Ada', price: 7, kind: 'y' },
    runs: 2_000,
    stepsPerRun: 5,
  },
  {
    name: 'execution of 200 transforms',
    steps: Array.from({ length: 200 }, (_, index) => ({
      ...inner,
      id: `s${index}`,
      config: { output: { value: '{{input.name}}' } },
    })),
    input: { name: 'Ada' },
    runs: 50,
    stepsPerRun: 200,
  },
  { name: 'loop over 10,000 items', steps: [loop([inner], 1)], input: { items }, runs: 2, stepsPerRun: 10_001 },
  { name: 'the same, 50 at a time', steps: [loop([inner], 50)], input: { items }, runs: 2, stepsPerRun: 10_001 },
];

/** @param {object[]} steps @param {number} concurrency */
function loop(steps, concurrency) {
  return { id: 'all', type: 'loop', config: { items: '{{input.items}}', concurrency, max_iterations: 10_000, steps } };
}

/** @param {(typeof cases)[number]} one */
async function measure({ steps, input, runs }) {
  const program = new WorkflowProgram(planWorkflow({ name: 'bench', trigger, steps }), 'bench', handlers);
  const scope = { input, variables: {}, secrets: {}, env: {}, execution: { id: 'exec_1' }, workflow: {}, trigger: {} };
  let bytes = 0;
  let entries = 0;
  const context = {
    executionId: 'exec_1',
    seed: 'seed',
    redact: null,
    memory: new MemoryLedger(Infinity),
    program,
    scope,
    append: async (/** @type {object[]} */ events) => {
      bytes += JSON.stringify(events).length;
      entries++;
    },
    clock: systemClock,
    random: Math.random,
    metrics,
    onDefect: console.error,
  };
  /** @type {number[]} */
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    entries = 0;
    bytes = 0;
    const began = process.cpuUsage();
    for (let run = 0; run < runs; run++) {
      const at = new Date().toISOString();
      const started = {
        type: 'started',
        at,
        workflow_id: 'wf_1',
        version: 1,
        accepted_at: at,
        trigger: { type: 'api' },
        input: {},
      };
      const end = await new ExecutionRun(context).start(started);
      if (end.type !== 'completed') throw new Error(JSON.stringify(end));
    }
    const { user, system } = process.cpuUsage(began);
    times.push((user + system) / runs);
  }
  return { microseconds: median(times), entries: entries / runs, kilobytes: bytes / runs / 1024 };
}

function measureBare() {
  const template = compileTemplate('{{input.name}}');
  const context = { input: { name: 'Ada' } };
  /** @type {number[]} */
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = process.cpuUsage();
    for (let count = 0; count < 200_000; count++) template.evaluate(context);
    const { user, system } = process.cpuUsage(began);
    times.push((user + system) / 200_000);
  }
  return median(times);
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

const bare = measureBare();
const rows = [];
const budgets = [];
for (const one of cases) {
  const { microseconds, entries, kilobytes } = await measure(one);
  const perStep = microseconds / one.stepsPerRun;
  rows.push([
    one.name,
    (microseconds / 1000).toFixed(2),
    perStep.toFixed(2),
    `${(perStep / bare).toFixed(0)} x`,
    entries.toFixed(0),
    kilobytes.toFixed(0),
  ]);
  if (one.name.startsWith('loop')) budgets.push(['loop over 10,000 items', microseconds / 1000, 300, 'ms']);
  if (one.name.endsWith('transforms')) budgets.push(['pure step', perStep, 20, 'µs']);
}
console.log(table(['', 'ms', 'µs a step', 'of bare', 'journal entries', 'KB'], rows));
console.log(`\nbare: one cached {{input.name}} takes ${bare.toFixed(2)} µs`);
for (const [name, value, budget, unit] of budgets)
  verdict(Number(value) <= Number(budget), `${name} ${Number(value).toFixed(1)} ${unit} of ${budget} ${unit}`);
