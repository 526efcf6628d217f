import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiBase } from './support/api.js';
import { platformEnvironment, readEndpoints, REPOSITORY } from './support/platform.js';

/** Runs a Python program that imports `meingpt` from its sources: it needs nothing else. */
function run(code: string): { stdout: string; stderr: string } {
  const { error, stdout, stderr } = spawnSync('python3', ['-W', 'error', '-c', code], {
    cwd: REPOSITORY,
    env: {
      ...platformEnvironment(),
      PYTHONPATH: join(REPOSITORY, 'packages/sdk-python/src'),
      PYTHONDONTWRITEBYTECODE: '1',
      MEINGPT_BASE_URL: apiBase(),
      MEINGPT_API_KEY: readEndpoints().token,
    },
    encoding: 'utf8',
  });
  if (error) throw error;
  return { stdout, stderr };
}

it('runs the snippet of the reference as it is written there, but for the key', () => {
  const snippet = readFileSync(join(REPOSITORY, 'e2e/fixtures/reference-python.txt'), 'utf8');
  expect(snippet.split('YOUR_API_KEY').length).toBe(2);
  const { stdout, stderr } = run(snippet.replace('YOUR_API_KEY', readEndpoints().token));
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^Status: (?:running|completed)\n$/), '']);
});

const readme = ['packages/sdk-python/README.md', 'docs/sdk-python.md']
  .map((page) => readFileSync(join(REPOSITORY, page), 'utf8'))
  .join('\n');
const blocks = [...readme.matchAll(/^```python\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm)];

it('finds the code in the README and on the page of the SDK', () => {
  expect(blocks.length).toBe(8);
  expect(readme.match(/^```python$/gm)?.length).toBe(8);
});

it.each(blocks.map(([, code, output]) => [code!, output!]))('prints what is said there: %#', (code, output) => {
  expect(run(code)).toEqual({ stdout: output, stderr: '' });
});
