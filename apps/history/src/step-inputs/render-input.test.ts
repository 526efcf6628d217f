import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { renderInput } from './render-input.js';
import { ScopeReading, type Started } from './scope-reading.js';
import { placeOf } from './step-place.js';
import { loopsAround, StepScope, wantedResults } from './step-scope.js';

const AT = '2026-11-25T09:00:00.000Z';
const owner = { execution_id: 'exec_1', workflow_id: 'wf_1', version: 2 };
const started: ExecutionEvent = {
  type: 'started',
  at: AT,
  workflow_id: 'wf_1',
  version: 2,
  accepted_at: AT,
  trigger: { type: 'api' },
  input: { name: 'Ada', rows: [[1, 2], [3]] },
  seed: 'pGq3vY0cQmS1xkz8yqYh3w',
  variables: { city: 'Ulm' },
};
const completed = (path: string, output: unknown, type = 'transform'): ExecutionEvent => ({
  type: 'step_completed',
  at: AT,
  path,
  step_type: type,
  started_at: AT,
  attempt: 1,
  output,
});
const began = (path: string): ExecutionEvent => ({ type: 'step_started', at: AT, path, step_type: 'loop', attempt: 1 });
const transform = (id: string, output: unknown, more: object = {}) => ({ id, type: 'transform', config: { output }, ...more }); // prettier-ignore

/** The input of the step at `path`, from the events before it. */
function inputOf(steps: readonly object[], path: string, events: readonly ExecutionEvent[] = []): unknown {
  const plan = planWorkflow({ name: 'Test', trigger: { type: 'webhook' }, steps });
  const place = placeOf(plan, path);
  if (!place) throw new Error(`no place: ${path}`);
  const reading = new ScopeReading(path, wantedResults(place), loopsAround(place));
  reading.add({ events: [started, ...events] });
  const source = {
    owner,
    version: { name: 'Test', plan },
    place,
    reading: reading as typeof reading & { started: Started },
  };
  return renderInput(place, new StepScope(source), { path, startedAt: AT });
}

it('evaluates the texts of a config with what the step could read, and leaves the rest as it is', () => {
  const steps = [
    transform('first', 1),
    {
      id: 'call',
      type: 'http',
      config: {
        method: 'POST',
        url: 'https://x.example/{{variables.city}}',
        body: { hello: ['{{input.name}}', '{{first.output}}', '{{workflow.name}} {{execution.id}}'] },
      },
    },
  ];
  expect(inputOf(steps, 'call', [completed('first', { a: 1 })])).toEqual({
    method: 'POST',
    url: 'https://x.example/Ulm',
    body: { hello: ['Ada', { a: 1 }, 'Test exec_1'] },
    response: 'auto',
    follow_redirects: true,
  });
});

it('keeps to what had a result when the step began', () => {
  const steps = [transform('a', 1), transform('b', '{{a.status}} {{later.status}}'), transform('later', 1)];
  const events = [completed('a', 1), completed('b', 'x'), completed('later', 1)];
  expect(inputOf(steps, 'b', events)).toEqual({ output: 'completed skipped' });
});

it('gives each iteration its item, in loops in loops and in branches', () => {
  const inner = { id: 'inner', type: 'loop', config: { items: '{{item}}', steps: [transform('x', ['{{item}}', '{{index}}', '{{loop.last}}', '{{y.output}}'])] } }; // prettier-ignore
  const parallel = { id: 'both', type: 'parallel', config: { branches: [{ name: 'left', steps: [transform('y', 1), inner] }, { steps: [transform('z', '{{item}}')] }] } }; // prettier-ignore
  const steps = [{ id: 'outer', type: 'loop', config: { items: '{{input.rows}}', steps: [parallel] } }];
  const events = [began('outer'), completed('outer[0].both.left.y', 'own'), completed('outer[1].both.left.y', 'other'), began('outer[0].both.left.inner')]; // prettier-ignore
  expect(inputOf(steps, 'outer[0].both.left.inner[1].x', events)).toEqual({ output: [2, 1, true, 'own'] });
  expect(inputOf(steps, 'outer[1].both[1].z', events)).toEqual({ output: [3] });
  expect(inputOf(steps, 'outer[1].both.left.inner', events)).toEqual({
    items: [3],
    concurrency: 1,
    continue_on_item_error: false,
    max_iterations: 10_000,
  });
  expect(inputOf(steps, 'outer[0].both', events)).toEqual({
    branches: [{ name: 'left' }, {}],
    mode: 'all',
    on_error: 'fail',
    tolerated_failures: 0,
  });
});

it('shows no secret, nothing that was made of one, and nothing of a result that is sealed', () => {
  const steps = [
    transform('sealed', 1, { secrets_in_output: true }),
    {
      id: 'each',
      type: 'loop',
      config: { items: '{{secrets.list.split(",")}}', steps: [transform('one', ['{{item}}', '{{index}}'])] },
    },
    transform('use', [
      'Bearer {{ secrets.key }} for {{input.name}}',
      '{{secrets.key}}',
      '{{secrets.key.slice(0, 1)}}',
      '{{secrets.key == "a"}}',
      '{{sealed.output.token}}',
      '{{input.name}}',
    ]),
  ];
  const events = [completed('sealed', '••••'), began('each')];
  expect(inputOf(steps, 'use', events)).toEqual({
    output: ['Bearer •••• for Ada', '••••', '••••', '••••', '••••', 'Ada'],
  });
  expect(inputOf(steps, 'each[1].one', events)).toEqual({ output: ['••••', 1] });
});

it('draws the same random numbers again, and says so when it cannot know which', () => {
  const drawn = inputOf([transform('a', '{{uuid()}}')], 'a');
  expect(inputOf([transform('a', '{{uuid()}}')], 'a')).toEqual(drawn);
  expect(inputOf([transform('b', '{{uuid()}}')], 'b')).not.toEqual(drawn);
  expect(() => inputOf([transform('a', ['{{uuid()}}', '{{random()}}'])], 'a')).toThrow('random numbers');
});

it('finds no step where the path leads nowhere', () => {
  const plan = planWorkflow({
    name: 'Test',
    trigger: { type: 'webhook' },
    steps: [{ id: 'each', type: 'loop', config: { items: [1], steps: [transform('one', 1)] } }],
  });
  for (const path of ['', 'two', 'each.one', 'each[0]', 'each[0].two', 'each[0].one.more', 'one'])
    expect([path, placeOf(plan, path)]).toEqual([path, null]);
});
