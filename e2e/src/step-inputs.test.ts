import type { StepRunDetail } from '@millrace/contracts';
import { ApiClient } from './support/api.js';

/*
 * What a step was given is not recorded but worked out by history when it is read. The output of a transform is its rendered config: the two
 * must be the same, whatever the texts read.
 */

const api = new ApiClient();
const transform = (id: string, output: unknown) => ({ id, type: 'transform', config: { output } });

it('is what the executor evaluated, in loops and branches, with times and random numbers', async () => {
  const line = (id: string) =>
    transform(id, {
      text: '{{item.name}} {{index}} {{loop.last}} {{first.output.at}} {{rate.output}}',
      random: '{{uuid()}}',
    });
  const steps = [
    transform('first', {
      at: '{{now()}}',
      who: '{{execution.id}} {{workflow.name}} {{trigger.type}} {{variables.city}}',
    }),
    { id: 'pause', type: 'wait', config: { duration: '20ms' } },
    {
      id: 'each',
      type: 'loop',
      config: {
        items: '{{input.names.map(n => {name: n, lot: randomInt(1, 1000000)})}}',
        concurrency: 3,
        steps: [
          transform('rate', '{{item.lot * 2}} {{now()}}'),
          {
            id: 'both',
            type: 'parallel',
            config: { branches: [{ name: 'left', steps: [line('one')] }, { steps: [line('two')] }] },
          },
        ],
      },
    },
    transform('last', '{{each.output.length}} {{steps["pause"].status}} {{each.output[1].left.random}}'),
  ];
  const document = { name: 'Inputs', trigger: { type: 'webhook' }, variables: { city: 'Ulm' }, steps };
  const workflow = await api.create(document);
  const execution = await api.run(workflow.id, { names: ['a', 'b', 'c', 'd'] });
  const transforms = execution.steps.filter(({ type }) => type === 'transform');
  expect(transforms.length).toBe(2 + 4 * 3);
  for (const { path, output } of transforms) {
    const run = await api.expect<StepRunDetail>(
      200,
      'GET',
      `/executions/${execution.id}/steps/${encodeURIComponent(path)}`,
    );
    expect([path, run.input, run.input_error]).toEqual([path, { output }, undefined]);
    expect(run.attempt_log).toMatchObject([{ n: 1, error: null }]);
  }
});
