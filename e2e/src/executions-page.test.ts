import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, apiBase } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/executions.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'executions.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(?:sh|json)\n([^]*?)```/g)].map(
  ([, what = '', name = '', text = '']) => ({ what, name, text }),
);
const api = new ApiClient();

/** A loop that goes on when an item is not as it should be. */
const STEPS = [
  {
    id: 'each',
    type: 'loop',
    config: {
      items: '{{input.numbers}}',
      continue_on_item_error: true,
      steps: [{ id: 'check', type: 'transform', config: { output: '{{item == 0 ? input.nothing.there : item}}' } }],
    },
  },
];

const run = async (name: string, environment: Record<string, string>): Promise<unknown> => {
  const { text = '' } = examples.find((one) => one.what === 'run' && one.name === name) ?? {};
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...environment };
  return JSON.parse((await promisify(execFile)('bash', ['-c', text], { env })).stdout);
};
const shown = (name: string): object =>
  JSON.parse(examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '') as object;

it('the commands of the page find the execution that the first of them starts, and show what is printed below them', async () => {
  expect(examples.map(({ what, name }) => `${what} ${name}`)).toEqual([
    'run start',
    'run find',
    'output find',
    'run wait',
    'output wait',
    'run steps',
    'output steps',
    'run loop',
    'output loop',
  ]);
  const workflow = await api.create({ name: 'Check each', trigger: { type: 'webhook' }, steps: STEPS });
  const { id } = (await run('start', { WORKFLOW: workflow.id })) as { id: string };
  const environment = { WORKFLOW: workflow.id, EXECUTION: id };
  await api.ended(id);
  expect(await run('wait', environment)).toMatchObject(shown('wait'));
  // Lists know of an execution a moment after it has ended.
  const counted = await eventually('the record of the execution', async () => {
    const found = (await run('find', environment)) as { count: number };
    return found.count > 0 ? found : undefined;
  });
  expect(counted).toEqual(shown('find'));
  for (const name of ['steps', 'loop']) expect(await run(name, environment)).toMatchObject(shown(name));
});
