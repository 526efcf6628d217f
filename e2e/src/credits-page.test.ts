import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomSecret, type AiModelList, type Credits, type CreditUsage } from '@millrace/contracts';
import { ApiClient, apiBase, type Refusal, type WorkflowDocument } from './support/api.js';
import { eventually } from './support/eventually.js';
import { anOrganisation } from './support/organisations.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/* What docs/credits.md shows is what happens: its commands and its workflow are run as they are there, in their order, for an organisation of its own. */

const page = readFileSync(join(REPOSITORY, 'docs', 'credits.md'), 'utf8');
const blocks = new Map(
  [...page.matchAll(/<!-- ((?:run|output): \w+) -->\n\n```\w+\n([^]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);
const operator = new ApiClient(readEndpoints().operator_token);
const key = randomSecret(16);
let id: string;
let token: string;
let own: ApiClient;

beforeAll(async () => {
  ({ id, token } = await anOrganisation());
  own = new ApiClient(token);
});

async function run(name: string): Promise<unknown> {
  const { operator_token } = readEndpoints();
  const env = { ...process.env, API: apiBase(), TOKEN: token, OPERATOR_TOKEN: operator_token, ID: id, KEY: key };
  const { stdout } = await promisify(execFile)('bash', ['-c', blocks.get(`run: ${name}`) ?? 'false'], { env });
  return JSON.parse(stdout);
}

const credits = () => own.expect<Credits>(200, 'GET', '/credits');
const newestLine = (type: string) =>
  eventually(`the ledger has a line ${type}`, async () => {
    const [line] = (await credits()).ledger;
    return line?.type === type ? line : undefined;
  });

it('has what this test runs, and the balance of the page is what its commands made', async () => {
  const names = ['limit', 'add', 'balance', 'workflow', 'usage'].map((name) => `run: ${name}`);
  expect([...blocks.keys()]).toEqual([...names.slice(0, 3), 'output: balance', ...names.slice(3)]);
  expect(await credits()).toMatchObject({ limited: false, balance: null, ledger: [] });
  expect(await run('limit')).toMatchObject({ id, credits: 500_000 });
  expect(await run('add')).toMatchObject({ balance: 750_000 });
  // Under the same key it adds nothing.
  expect(await run('add')).toMatchObject({ balance: 750_000 });
  expect(await run('balance')).toMatchObject(JSON.parse(blocks.get('output: balance') ?? '') as object);
});

it('a step of the page is charged by the price that the list of models has', async () => {
  const { models } = await own.expect<AiModelList>(200, 'GET', '/ai/models');
  const price = models.find(({ default: isDefault }) => isDefault)?.price;
  expect(price).toMatchObject({ input: 5, output: 25, source: 'default' });
  const workflow = await own.create(JSON.parse(blocks.get('run: workflow') ?? '') as WorkflowDocument);
  const answer = await own.expect<{ execution_id: string }>(202, 'POST', `/workflows/${workflow.id}/execute`, {
    json: { input: { name: 'Ada' }, label: 'order 4711' },
  });
  const execution = await own.ended(answer.execution_id);
  expect(execution.status).toBe('completed');
  const line = await newestLine('usage');
  const { input_tokens = 0, output_tokens = 0 } = execution.steps[0]?.usage ?? {};
  const cost = 5 * (input_tokens ?? 0) + 25 * (output_tokens ?? 0);
  expect(cost).toBeGreaterThan(0);
  expect([execution.steps[0]?.usage?.cost, execution.usage?.cost]).toEqual([cost, cost]);
  expect(line).toMatchObject({ workflow_id: workflow.id, execution_id: execution.id, amount: -cost, input_tokens });
  expect(await credits()).toMatchObject({ balance: 750_000 - cost, reserved: 0 });
  const figures = { calls: 1, input_tokens, output_tokens, cost, charged: cost, unpriced_calls: 0 };
  expect(await run('usage')).toMatchObject({ totals: figures, groups: [{ key: workflow.id, ...figures }] });
  for (const [by, found] of [
    ['label', 'order 4711'],
    ['model', `${line.provider}/${line.model}`],
  ] as const) {
    const usage = await own.expect<CreditUsage>(200, 'GET', `/credits/usage?group_by=${by}`);
    expect(usage.groups).toEqual([{ key: found, ...figures }]);
  }
});

it('without credits a start is refused whose step asks a model, others are not, and a step that is started all the same fails', async () => {
  await operator.expect(200, 'PATCH', `/organisations/${id}`, { json: { credits: 0 } });
  const asks = await own.create(JSON.parse(blocks.get('run: workflow') ?? '') as WorkflowDocument);
  const plain = await own.create({ name: 'Plain', steps: [{ id: 'a', type: 'transform', config: { output: 1 } }] });
  const refused = await own.expect<Refusal>(402, 'POST', `/workflows/${asks.id}/execute`, { json: {} });
  expect(refused.error.code).toBe('INSUFFICIENT_CREDITS');
  expect((await own.run(plain.id)).status).toBe('completed');
  const { body } = await new ApiClient(null).call<{ execution_id: string }>('POST', ApiClient.webhookPath(asks), {
    json: { name: 'Ada' },
  });
  expect((await own.ended(body.execution_id)).error).toMatchObject({ code: 'INSUFFICIENT_CREDITS' });
  await newestLine('exhausted');
  for (const again of ['retry', 'replay']) {
    const path = `/executions/${body.execution_id}/${again}`;
    expect([again, await own.expect<Refusal>(402, 'POST', path, { json: {} })]).toMatchObject([
      again,
      { error: { code: 'INSUFFICIENT_CREDITS' } },
    ]);
  }
  // There are credits again: nothing was lost.
  await operator.expect(200, 'PATCH', `/organisations/${id}`, { json: { credits: null } });
  const again = await own.expect<{ execution_id: string }>(202, 'POST', `/executions/${body.execution_id}/retry`, {
    json: {},
  });
  expect((await own.ended(again.execution_id)).status).toBe('completed');
  const late = await operator.expect<Refusal>(409, 'POST', `/organisations/${id}/credits`, { json: { amount: 1 } });
  expect(late.error.code).toBe('CREDITS_UNLIMITED');
});
