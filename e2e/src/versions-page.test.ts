import { ApiClient } from './support/api.js';
import { pageOf } from './support/page.js';

/*
 * What docs/versions.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = pageOf('versions');
const api = new ApiClient();

const document = (output: string) => ({
  name: 'Morning',
  trigger: { type: 'webhook' },
  steps: [{ id: 'greeting', type: 'transform', config: { output } }],
});
const first = document('Hello');

it('has what this test runs, and each call does what it says', async () => {
  const { id } = await api.create(first);
  await api.call('PUT', `/workflows/${id}`, { json: document('Good morning') });
  const answers: Record<string, unknown> = {};
  for (const name of page.names) answers[name] = JSON.parse(await page.run(name, { ID: id }));
  expect(answers).toEqual({
    list: expect.objectContaining({ has_more: false, versions: [versionOf(2), versionOf(1)] }) as unknown,
    get: { ...versionOf(1), document: first, source: null },
    diff: JSON.parse(page.output('diff')) as unknown,
    restore: expect.objectContaining({ id, version: 3, status: 'active', steps: first.steps }) as unknown,
    pause: expect.objectContaining({ id, version: 3, status: 'paused' }) as unknown,
    activate: expect.objectContaining({ id, version: 3, status: 'active' }) as unknown,
    duplicate: expect.objectContaining({ name: 'Morning copy', version: 1, status: 'draft' }) as unknown,
  });
  const { body } = await api.call<{ note: string }>('GET', `/workflows/${id}/versions/3`);
  expect(page.text).toContain(`\`${body.note}\``);
});

function versionOf(version: number) {
  return { version, created_at: expect.any(String) as string, created_by: expect.any(String) as string, note: null };
}
