import { ApiClient } from './support/api.js';
import { pageOf } from './support/page.js';

/*
 * What docs/workflow-documents.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = pageOf('workflow-documents');
const api = new ApiClient();

it('has what this test runs, and each call does what it says', async () => {
  const { id } = await api.create({
    name: 'Morning',
    description: 'Says hello',
    steps: [{ id: 'greeting', type: 'transform', config: { output: 'Hello' } }],
    variables: { region: 'us', old: 1, kept: 2 },
  });
  const answers: Record<string, unknown> = {};
  for (const name of page.names) {
    const printed = await page.run(name, { ID: id });
    answers[name] = name === 'readYaml' ? printed : JSON.parse(printed);
  }
  const steps = [{ id: 'greeting', type: 'transform', config: { output: 'Good morning, {{input.name}}' } }];
  expect(answers).toEqual({
    validate: JSON.parse(page.output('validate')) as unknown,
    putYaml: expect.objectContaining({ id, version: 5, name: 'Evening', status: 'active' }) as unknown,
    readYaml: page.output('readYaml'),
    badYaml: JSON.parse(page.output('badYaml')) as unknown,
    draft: expect.objectContaining({ workflow_id: id, version: 1, based_on: 3 }) as unknown,
    publish: expect.objectContaining({ id, version: 4, name: 'Evening', status: 'active' }) as unknown,
    delete: 204,
    restore: expect.objectContaining({ id, version: 5, status: 'active', name: 'Evening' }) as unknown,
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
