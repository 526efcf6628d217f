import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, apiBase, type WorkflowDocument } from './support/api.js';
import { OTHER_TOKEN, readEndpoints, REPOSITORY } from './support/platform.js';
import { demoProvider } from './support/routes.js';

/*
 * What docs/ai.md shows is what happens: its commands and its workflow are run as they are there, in their order. The demo model is
 * the provider.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'ai.md'), 'utf8');
const blocks = new Map(
  [...page.matchAll(/<!-- ((?:run|output): \w+) -->\n\n```\w+\n([^]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);
const api = new ApiClient();
const theirs = new ApiClient(OTHER_TOKEN);

afterAll(() => api.call('DELETE', '/ai/providers/ours'));

async function run(name: string): Promise<unknown> {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, LLM: String(demoProvider()['base_url']) };
  const { stdout } = await promisify(execFile)('bash', ['-c', blocks.get(`run: ${name}`) ?? 'false'], { env });
  return JSON.parse(stdout);
}

it('has what this test runs, and each call does what it says', async () => {
  expect([...blocks.keys()]).toEqual(['run: put', 'run: test', 'run: use', 'run: models', 'output: models']);
  expect(await run('put')).toMatchObject({ name: 'ours', version: 1, models: ['demo'], has_key: true });
  expect(await run('test')).toMatchObject({ model: 'demo', answer: expect.stringContaining('OK') as string });
  expect(await run('models')).toEqual(JSON.parse(blocks.get('output: models') ?? ''));
});

it('the workflow of the page asks the provider of the page, until it is deleted', async () => {
  const { id } = await api.create(JSON.parse(blocks.get('run: use') ?? '') as WorkflowDocument);
  const execution = await api.run(id, { name: 'Ada' });
  expect(execution.output).toMatch(/^Hello Ada, and welcome!/);
  expect(execution.steps).toMatchObject([{ usage: { provider: 'ours', model: 'demo' } }]);
  await api.expect(204, 'DELETE', '/ai/providers/ours');
  const failed = await api.ended((await api.execute(id, { name: 'Ada' })).execution_id);
  expect(failed.error).toMatchObject({
    code: 'AI_MODEL_UNKNOWN',
    message: expect.stringContaining('"quick"') as string,
  });
});

it('a provider of another organisation is reached by no name', async () => {
  await api.expect(200, 'PUT', '/ai/providers/ours', { json: { ...demoProvider(), models: ['only-ours'] } });
  for (const model of ['only-ours', 'ours/only-ours']) {
    const steps = [{ id: 'ask', type: 'ai_completion', config: { model, prompt: 'Well?' } }];
    const { id } = await theirs.create({ name: 'Theirs', steps });
    const { error } = await theirs.ended((await theirs.execute(id)).execution_id);
    expect(error).toMatchObject({ code: 'AI_MODEL_UNKNOWN' });
    expect((await api.run((await api.create({ name: 'Ours', steps })).id)).status).toBe('completed');
  }
});

it('an address inside of the network is refused', async () => {
  const json = { ...demoProvider(), base_url: 'http://169.254.169.254/v1' };
  await api.expect(200, 'PUT', '/ai/providers/e2e_inside', { json });
  try {
    const answer = await api.call('POST', '/ai/providers/e2e_inside/test', { json: {} });
    expect([answer.status, answer.body]).toMatchObject([422, { error: { code: 'HTTP_ADDRESS_BLOCKED' } }]);
  } finally {
    await api.call('DELETE', '/ai/providers/e2e_inside');
  }
});
