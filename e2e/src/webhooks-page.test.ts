import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  ExecutionAccepted,
  FileList,
  TriggerList,
  Webhook,
  WebhookCallList,
  WebhookList,
  WorkflowResource,
} from '@millrace/contracts';
import { ApiClient, apiBase, type CallOptions } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/webhooks.md shows is what happens.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'webhooks.md'), 'utf8');
const scriptOf = (name: string) => page.split(`<!-- run: ${name} -->\n\n\`\`\`sh\n`)[1]?.split('```')[0] ?? '';
const script = scriptOf('signature');
const marks = [...page.matchAll(/<!-- ((?:run|output): \w+) -->/g)].map(([, mark]) => mark);
const api = new ApiClient();

const print = async (text: string): Promise<string> => {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token };
  const { stdout } = await promisify(execFile)('bash', ['-c', text], { env });
  return stdout;
};
const run = async (text: string): Promise<unknown> => JSON.parse(await print(text));

afterAll(() => api.call('DELETE', '/secrets/signing_key'));

it('has the blocks that this test runs and compares, and no others', () => {
  const [form, binary, signature, rotate] = ['form', 'binary', 'signature', 'rotate'].map((name) => `run: ${name}`);
  const why = ['run: calls', 'run: addresses', 'run: listening', 'run: good'];
  const shown = ['run: listen', 'output: listen', 'run: sample', 'run: respond', 'output: respond', ...why];
  expect(marks).toEqual([form, binary, signature, rotate, ...shown]);
  const fences = [...page.matchAll(/^```(?=\w)/gm)];
  expect(fences).toHaveLength(marks.length);
});

it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
  'a trigger with the method %s takes its calls, whose input is the body, or the query where there is none',
  async (method) => {
    const workflow = await api.create({
      name: `Takes ${method}`,
      trigger: { type: 'webhook', config: { method } },
      steps: [{ id: 'seen', type: 'transform', config: { output: ['{{trigger.method}}', '{{input}}'] } }],
    });
    const path = `${ApiClient.webhookPath(workflow)}?shop=3&tag=a&tag=b`;
    const seen = async (options: CallOptions) => {
      const { execution_id: id } = await new ApiClient(null).expect<ExecutionAccepted>(202, method, path, options);
      return api.ended(id);
    };
    const query = { shop: '3', tag: ['a', 'b'] };
    expect(await seen({})).toMatchObject({ status: 'completed', output: [method, query] });
    // No client sends a GET with a body.
    if (method !== 'GET') expect(await seen({ json: { order: 1 } })).toMatchObject({ output: [method, { order: 1 }] });
    const other = method === 'POST' ? 'PUT' : 'POST';
    await new ApiClient(null).expect(405, other, path, { json: {} });
  },
);

it('has a signed call that starts an execution', async () => {
  const { execution_id: id } = (await run(script)) as ExecutionAccepted;
  expect(await api.ended(id)).toMatchObject({ status: 'completed', output: 4711 });
});

it('has a form with a file, and a file as the body, which the execution has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'webhook-files-'));
  const accepted = (await run(`cd ${folder}\n${scriptOf('form')}`)) as ExecutionAccepted;
  const { output } = await api.ended(accepted.execution_id);
  const { says, letter } = output as { says: string; letter: { file: { id: string } } };
  expect(says).toBe('Ada sends letter.txt');
  const { files } = await api.expect<FileList>(200, 'GET', `/executions/${accepted.execution_id}/files`);
  expect(files).toMatchObject([{ id: letter.file.id, name: 'letter.txt', type: 'text/plain', size: 14 }]);
  expect((await api.call('GET', `/files/${letter.file.id}`)).body).toBe('Dear team, …');
  const both = scriptOf('form').replace(/^curl -s -X POST \$URL .*$/m, '');
  const binary = (await run(`cd ${folder}\n${both}\n${scriptOf('binary')}`)) as ExecutionAccepted;
  const { input } = await api.execution(binary.execution_id);
  expect(input).toMatchObject({ file: { name: null, type: 'application/pdf', size: 14 } });
  rmSync(folder, { recursive: true });
});

it('has an expression that gives the file of either kind of call, whose content steps can read', async () => {
  const [, expression = ''] = /A workflow for both .*?`\{\{(.*?)\}\}`/.exec(page) ?? [];
  const output = `{{text(${expression})}}`;
  const workflow = await api.create({
    name: 'Both kinds of call',
    trigger: { type: 'webhook' },
    steps: [{ id: 'read', type: 'transform', config: { output } }],
  });
  const url = `${apiBase()}${ApiClient.webhookPath(workflow)}`;
  const binary = "-H 'Content-Type: application/pdf' --data-binary 'Dear team, …'";
  for (const content of ["-F 'letter=Dear team, …;filename=letter.txt'", binary]) {
    const { execution_id: id } = (await run(`curl -s -X POST ${url} ${content}`)) as ExecutionAccepted;
    expect(await api.ended(id)).toMatchObject({ status: 'completed', output: 'Dear team, …' });
  }
});

it('has a call that the workflow responds to', async () => {
  const [, shown = ''] = /<!-- output: respond -->\n\n```json\n([^]*?)```/.exec(page) ?? [];
  expect(await run(scriptOf('respond'))).toEqual(JSON.parse(shown));
});

it('shows the next call to who listens, with what became of it, and starts nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'webhook-heard-'));
  const heard = await print(`cd ${folder}\n${scriptOf('listen')}`);
  rmSync(folder, { recursive: true });
  const [, documented = ''] = /<!-- output: listen -->\n\n```text\n([^]*?)```/.exec(page) ?? [];
  const [seen, shown] = [heard, documented].map((text) => {
    const [head = '', data = '{}'] = text.trim().split('\ndata: ');
    return { head, call: (JSON.parse(data) as { call: Record<string, unknown> }).call };
  });
  const { at: _at, message: _message, request_id: _id, ...stable } = shown?.call ?? {};
  expect(seen?.head).toBe(shown?.head);
  expect(seen?.call).toMatchObject(stable);
  expect(Object.keys(seen?.call ?? {})).toEqual(Object.keys(shown?.call ?? {}));
  expect(seen?.call['execution_id']).toBeNull();
});

it('has steps that lead to why nothing started', async () => {
  const workflow = await api.create({
    name: 'Why nothing started',
    trigger: { type: 'webhook', config: { headers: { 'X-Key': 'k-1' } } },
    steps: [{ id: 'order', type: 'transform', config: { output: '{{input.order}}' } }],
  });
  const { trigger } = workflow as unknown as { trigger: { config: { url: string } } };
  const webhook = trigger.config.url.split('/').at(-1) ?? '';
  const step = (name: string) => run(`WORKFLOW=${workflow.id} WEBHOOK=${webhook}\n${scriptOf(name)}`);
  await new ApiClient(null).expect(401, 'POST', ApiClient.webhookPath(workflow), { json: {} });
  const refused = await eventually('the refused call', async () => ((await step('calls')) as WebhookCallList).calls[0]);
  expect(refused).toMatchObject({ verdict: 'refused', code: 'UNAUTHORIZED', sample: false });
  expect(await step('addresses')).toMatchObject({ webhooks: [{ id: webhook, url: trigger.config.url }] });
  const { triggers } = (await step('listening')) as TriggerList;
  expect(triggers.filter(({ status, reason }) => status !== 'listening' && reason === null)).toEqual([]);
  const { execution_id: id } = (await step('good')) as ExecutionAccepted;
  expect(await api.ended(id)).toMatchObject({ status: 'completed', output: 4711 });
  await api.expect(204, 'DELETE', `/workflows/${workflow.id}`);
});

it('has a new secret for a trigger, beside which the former one is taken', async () => {
  const signed = script.replace(/^curl -s -X POST \$URL .*$/m, '');
  const printed = await print(`{ ${signed}\n} > /dev/null\n${scriptOf('rotate')}`);
  const accepted = printed
    .trim()
    .split(/(?<=})(?={)/)
    .map((text) => JSON.parse(text) as ExecutionAccepted);
  expect(accepted).toHaveLength(2);
  for (const { execution_id: id } of accepted) expect(await api.ended(id)).toMatchObject({ output: 4711 });
});

it('has a call that is refused when its body is another one', async () => {
  const changed = script.replace(`-d "$BODY"`, `-d '{"order": 4712}'`);
  expect(changed).not.toBe(script);
  expect(await run(changed)).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
});

it('has a delivery that gets the response of before when it is repeated', async () => {
  const twice = script.replace(/curl -s -X POST \$URL .*$/m, (call) => `${call} -H 'Idempotency-Key: order-4711'`);
  const [first, second] = (await run(
    `${twice.replace(/(curl -s -X POST \$URL .*)$/m, 'echo "["; $1; echo ","; $1; echo "]"')}`,
  )) as ExecutionAccepted[];
  expect(second).toEqual(first);
});

it('has a sample that is signed, starts an execution and is listed', async () => {
  const { calls } = (await run(`{ ${script}\n} > /dev/null\n${scriptOf('sample')}`)) as WebhookCallList;
  expect(calls).toMatchObject([{ verdict: 'accepted', status: 202 }]);
  const { output } = await api.ended(calls[0]?.execution_id ?? '');
  expect(output).toBe(4711);
});

it('has a new address for a trigger, with the former one valid for a time', async () => {
  const workflow = await api.create({
    name: 'Moves',
    trigger: { type: 'webhook' },
    steps: [{ id: 'order', type: 'transform', config: { output: '{{input.order}}' } }],
  });
  const path = `/workflows/${workflow.id}/webhooks`;
  const { webhooks } = await api.expect<WebhookList>(200, 'GET', path);
  const former = webhooks[0]?.id ?? '';
  const { id } = await api.expect<Webhook>(200, 'POST', `${path}/${former}/rotate-url`);
  for (const address of [former, id]) await api.expect(202, 'POST', `/webhooks/${address}`, { json: { order: 1 } });
  const { id: last } = await api.expect<Webhook>(200, 'POST', `${path}/${id}/rotate-url`, {
    json: { grace_seconds: 0 },
  });
  await api.expect(404, 'POST', `/webhooks/${id}`, { json: {} });
  const now = await api.expect<WorkflowResource>(200, 'GET', `/workflows/${workflow.id}`);
  expect(ApiClient.webhookPath(now)).toBe(`/webhooks/${last}`);
});
