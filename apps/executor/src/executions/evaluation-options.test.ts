import { setTimeout as sleep } from 'node:timers/promises';
import { compileConfig, ExpressionError } from '@millrace/expression';
import type { Task } from '../engine/frames.js';
import { optionsOf, outputOptions, replayOptions } from './evaluation-options.js';

const surroundings = {
  program: { plan: { missing: 'error' } },
  executionId: 'exe_1',
  seed: 'seed',
} as unknown as Parameters<typeof optionsOf>[0];
const task = { path: 'sum', step: { id: 'sum' } } as Task;
const scope = { input: { items: Array.from({ length: 20_000 }, (_, index) => index) } };
const texts = (count: number): string[] => Array.from({ length: count }, () => '{{input.items.map(x => -x).length}}');

it('gives each run of a step a budget, which all its texts spend together', () => {
  const config = compileConfig(texts(3));
  for (let run = 0; run < 20; run++) {
    const options = optionsOf(surroundings, task, 0);
    config.evaluate(scope, options);
    expect(() => config.evaluate(scope, options)).toThrow(ExpressionError);
  }
});

it('lets a replay evaluate whatever was evaluated once', () => {
  const config = compileConfig(texts(20));
  expect(() => config.evaluate(scope, optionsOf(surroundings, task, 0))).toThrow(ExpressionError);
  expect(config.evaluate(scope, replayOptions(surroundings, task, 0)).value).toHaveLength(20);
});

it('gives the output of the workflow a budget as well', () => {
  const config = compileConfig(texts(3));
  const options = outputOptions(surroundings, 0);
  config.evaluate(scope, options);
  expect(() => config.evaluate(scope, options)).toThrow(ExpressionError);
});

it('does not count the time in which the process had no processor', async () => {
  const config = compileConfig('{{input.items.slice(0, 3000).map(x => -x).length}}');
  // Collecting garbage takes the processor as well, how much of it nobody knows.
  const usage = jest.spyOn(process, 'cpuUsage').mockReturnValue({ user: 0, system: 0 });
  const options = optionsOf(surroundings, task, 0);
  config.evaluate(scope, options);
  await sleep(300);
  expect(config.evaluate(scope, options).value).toBe(3_000);
  usage.mockReturnValue({ user: 300_000, system: 0 });
  expect(() => config.evaluate(scope, options)).toThrow(ExpressionError);
  usage.mockRestore();
});
