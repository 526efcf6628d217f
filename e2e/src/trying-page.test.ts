import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/trying-workflows.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'trying-workflows.md'), 'utf8');
const blocks = new Map(
  [...page.matchAll(/<!-- ((?:run|output): \w+) -->\n\n```\w+\n([^]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);
const api = new ApiClient();

async function run(name: string): Promise<unknown> {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token };
  const { stdout } = await promisify(execFile)('bash', ['-c', blocks.get(`run: ${name}`) ?? 'false'], { env });
  return JSON.parse(stdout);
}
const output = (name: string) => JSON.parse(blocks.get(`output: ${name}`) ?? 'null') as object;

it('tries one step', async () => {
  expect(await run('step')).toMatchObject(output('step'));
});

it('gives a step the secrets of its organisation, and shows none of them', async () => {
  const value = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
  await api.expect(200, 'PUT', '/secrets/tried', { json: { value } });
  const step = { id: 'it', type: 'transform', config: { output: ['{{secrets.tried}}', '{{length(secrets.tried)}}'] } };
  const tried = await api.expect(200, 'POST', '/steps/test', { json: { step, effects: true } });
  await api.expect(204, 'DELETE', '/secrets/tried');
  expect(tried).toMatchObject({ output: ['••••', value.length], input: { output: ['••••', '••••'] } });
});
