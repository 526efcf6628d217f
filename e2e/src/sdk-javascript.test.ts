import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiBase } from './support/api.js';
import { platformEnvironment, readEndpoints, REPOSITORY } from './support/platform.js';

/** Runs an ES module that imports `@meingpt/workflows` as it is built. */
function run(code: string): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: join(REPOSITORY, 'examples'),
    env: { ...platformEnvironment(), MEINGPT_BASE_URL: apiBase(), MEINGPT_API_KEY: readEndpoints().token },
    encoding: 'utf8',
  });
  return { stdout, stderr };
}

it('runs the snippet of the reference as it is written there', () => {
  const snippet = readFileSync(join(REPOSITORY, 'e2e/fixtures/reference-javascript.txt'), 'utf8');
  const { stdout, stderr } = run(snippet);
  expect([stdout, stderr]).toEqual([expect.stringMatching(/^Status: (?:running|completed)\n$/), '']);
});

const programsOf = (page: string) => [
  ...readFileSync(join(REPOSITORY, page), 'utf8').matchAll(/^```js\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm),
];
const blocks = ['packages/sdk-js/README.md', 'docs/sdk-javascript.md'].flatMap(programsOf);

it('finds the code in the README and on the page of the SDK', () => {
  expect(blocks.length).toBe(6);
});

it.each(blocks.map(([, code, output]) => [code!, output!]))('prints what is said there: %#', (code, output) => {
  expect(run(code)).toEqual({ stdout: output, stderr: '' });
});
