import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { planWorkflow } from '../src/index.js';
import { ExecutionMachine } from '../../../apps/executor/src/engine/machine.js';
import { WorkflowProgram } from '../../../apps/executor/src/steps/step-program.js';
const page = readFileSync(join(__dirname, '../../../docs/workflows.md'), 'utf8');
const examples = page
  .split('```yaml\n')
  .slice(1)
  .map((p) => [p.slice(0, p.indexOf('```')), p.slice(p.indexOf('```') + 3)] as const)
  .filter(([, r]) => r.startsWith('\n\n```json\n'))
  .map(([y, r]) => ({ y, j: JSON.parse(r.slice(10, r.indexOf('```', 10))) }));
it.each(examples.map((e) => [/name: (.*)/.exec(e.y)?.[1], e] as const))('%s', async (_n, { y, j }) => {
  const plan = planWorkflow(parse(y));
  const program: any = new WorkflowProgram(plan, 'x');
  const base: any = {
    input: j.input,
    variables: plan.variables,
    secrets: {},
    env: {},
    execution: { id: 'e' },
    workflow: {},
    trigger: {},
  };
  const m: any = new ExecutionMachine(plan, base);
  const options: any = plan.missing === 'empty' ? { missing: 'empty' } : {};
  m.start();
  let out: any;
  for (let i = 0; i < 500; i++) {
    const a: any = m.take();
    if (!a) break;
    if (a.kind === 'complete') {
      out = a.final ? a.output : program.output(a.scope, a.output, options);
      break;
    }
    if (a.kind === 'fail') throw new Error(JSON.stringify(a.failure));
    if (a.kind === 'settle') {
      if ('output' in a.result) m.succeed(a.task, a.result.output);
      else m.fail(a.task, a.result.failure);
      continue;
    }
    if (a.kind !== 'run') continue;
    const p: any = program.step(a.task.step);
    if (p.guard && !p.guard(a.task.scope, options)) {
      m.skip(a.task);
      continue;
    }
    if (p.kind === 'container') {
      m.open(a.task, p.evaluate(a.task.scope, options));
      continue;
    }
    if (p.kind === 'pure') {
      m.succeed(a.task, p.evaluate(a.task.scope, options));
      continue;
    }
    if (a.task.step.type === 'wait') {
      m.succeed(a.task, {});
      continue;
    }
    const { compileConfig } = require('@millrace/expression');
    const c = compileConfig(a.task.step.config).evaluate(a.task.scope).value;
    const path = c.url.replace(/^https?:\/\/[^/]*/, '');
    if (path.startsWith('/missing')) m.fail(a.task, { code: 'HTTP_STATUS_ERROR', message: 'x' });
    else m.succeed(a.task, { status: 200, headers: {}, body: { method: c.method, path, body: c.body } });
  }
  expect(out).toEqual(j.output);
});
