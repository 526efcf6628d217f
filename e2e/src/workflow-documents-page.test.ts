import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/workflow-documents.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'workflow-documents.md'), 'utf8');
const commands = new Map(
  [...page.matchAll(/<!-- run: (\w+) -->\n\n```sh\n([^]*?)```/g)].map(([, name = '', text = '']) => [name, text]),
);
const api = new ApiClient();

it('has what this test runs, and each call does what it says', async () => {
  const { id } = await api.create({
    name: 'Morning',
    description: 'Says hello',
    steps: [{ id: 'greeting', type: 'transform', config: { output: 'Hello' } }],
    variables: { region: 'us', old: 1, kept: 2 },
  });
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ID: id };
  const answers: Record<string, unknown> = {};
  for (const [name, text] of commands)
    answers[name] = JSON.parse((await promisify(execFile)('bash', ['-c', text], { env })).stdout);
  const steps = [{ id: 'greeting', type: 'transform', config: { output: 'Good morning, {{input.name}}' } }];
  const [, shown = ''] = /<!-- output: validate -->\n\n```json\n([^]*?)```/.exec(page) ?? [];
  expect(answers).toEqual({
    validate: JSON.parse(shown) as unknown,
    draft: expect.objectContaining({ workflow_id: id, version: 1, based_on: 3 }) as unknown,
    publish: expect.objectContaining({ id, version: 4, name: 'Evening', status: 'active' }) as unknown,
    delete: 204,
    restore: expect.objectContaining({ id, version: 4, status: 'active', name: 'Evening' }) as unknown,
    put: expect.objectContaining({ id, version: 2, name: 'Morning', description: 'Says hello', steps }) as unknown,
    patch: expect.objectContaining({
      id,
      version: 3,
      description: null,
      variables: { region: 'eu', kept: 2 },
      steps,
    }) as unknown,
  });
  await api.expect(404, 'GET', `/workflows/${id}/draft`);
  const { body } = await api.call<{ note: string }>('GET', `/workflows/${id}/versions/4`);
  expect(body.note).toBe('Greets in the evening');
});
