import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, apiBase, type WorkflowDocument } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/secrets.md shows is what happens: its commands and workflows are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'secrets.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(\w+)\n([^]*?)```/g)].map(
  ([, what = '', name = '', language = '', text = '']) => ({ what, name, language, text }),
);
const api = new ApiClient();
let service: CountingService;

beforeAll(async () => {
  service = await CountingService.start();
  // The one of the page: it returns a token to who logs in, and repeats what the others authorise themselves by.
  service.answerWith(({ method, headers }) => ({
    body: method === 'POST' ? { token: 't0ken-of-the-page' } : { headers: { authorization: headers['authorization'] } },
  }));
});
afterAll(async () => {
  await Promise.all(['/secrets/crm_key', '/variables/region'].map((path) => api.call('DELETE', path)));
  await service.stop();
});

it('has what this test runs', () => {
  expect(examples.map(({ what, name }) => `${what} ${name}`)).toEqual([
    'run put',
    'run use',
    'output use',
    'run sealed',
    'output sealed',
    'run variable',
  ]);
});

it.each(examples.filter(({ language }) => language === 'sh'))('the command "$name" works', async ({ text }) => {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token };
  const { stdout } = await promisify(execFile)('bash', ['-c', text], { env });
  expect(JSON.parse(stdout)).toMatchObject({
    name: expect.any(String) as string,
    version: expect.any(Number) as number,
  });
});

it.each(examples.filter(({ what, language }) => what === 'run' && language === 'json'))(
  'the workflow "$name" has the output that the page shows',
  async ({ name, text }) => {
    const workflow = await api.create(JSON.parse(text) as WorkflowDocument);
    expect(workflow.warnings).toBeUndefined();
    const execution = await api.run(workflow.id, { url: service.url });
    const shown = examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '';
    expect(execution.output).toEqual(JSON.parse(shown));
    expect(service.calls.at(-1)?.headers['authorization']).toMatch(
      /^Bearer (correct-horse-battery-staple|t0ken-of-the-page)$/,
    );
  },
);

it('the variable of the page is read as the page reads it', async () => {
  const [, expression = ''] = /`(\{\{variables\.region\.name\}\})`/.exec(page) ?? [];
  const steps = [{ id: 'a', type: 'transform', config: { output: expression } }];
  expect((await api.run((await api.create({ name: 'Region', trigger: { type: 'webhook' }, steps })).id)).output).toBe(
    'eu',
  );
});
