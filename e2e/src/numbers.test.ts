import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exactJson, FakeHttpServer } from '@millrace/testing';
import fc from 'fast-check';
import { ApiClient } from './support/api.js';
import { inParallel } from './support/eventually.js';
import { REPOSITORY } from './support/platform.js';

/*
 * Numbers that no double holds. What is sent and read here is text: a test that parses JSON would round them itself.
 */

const api = new ApiClient();
let service: FakeHttpServer;

beforeAll(async () => {
  service = await FakeHttpServer.start();
  service.otherwise(({ body }) => ({ body, headers: { 'content-type': 'application/json' } }));
});
afterAll(() => service.stop());

/** Sends JSON text and returns the text of the answer, which must have this status. */
async function send(status: number, method: string, path: string, json?: string, headers = {}): Promise<string> {
  const answer = await api.send(method, path, {
    headers: { 'content-type': 'application/json', ...headers },
    ...(json === undefined ? {} : { raw: json }),
  });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} instead of ${status}: ${text}`);
  return text;
}

const idIn = (json: string, name: string): string => (JSON.parse(json) as Record<string, string>)[name] ?? '';

async function created(document: string): Promise<string> {
  return idIn(await send(201, 'POST', '/workflows', document), 'id');
}

/** Runs a workflow to its end, which must be a good one. */
async function run(workflow: string, input: string): Promise<string> {
  const id = idIn(await send(202, 'POST', `/workflows/${workflow}/execute`, `{"input":${input}}`), 'execution_id');
  const { status, error } = await api.ended(id);
  expect([status, error]).toEqual(['completed', null]);
  return id;
}

const compact = (json: string): string => json.replace(/\n */g, '').replace(/([:,]) /g, '$1');

describe('docs/numbers.md', () => {
  const page = readFileSync(join(REPOSITORY, 'docs', 'numbers.md'), 'utf8');
  const [document = '', output = ''] = [...page.matchAll(/<!-- (?:run|output): exact -->\n\n```json\n([^]*?)```/g)].map(
    ([, text]) => text,
  );
  const [, input = ''] = /With the input `(\{.*?), "url": …\}`/.exec(page) ?? [];

  it('shows what happens', async () => {
    const id = await run(await created(document), `${input},"url":"${service.url}/page"}`);
    expect(await send(200, 'GET', `/executions/${id}/output`)).toBe(compact(output));
  });
});

const ID = '9007199254740993';
const AMOUNT = '12345678901234567890.123';

describe('a number that no double holds', () => {
  const body = `{"value":"{{item}}","constant":${AMOUNT},"whole":"{{input}}"}`;
  const document = `{"name":"Digits","trigger":{"type":"webhook"},"steps":[
    {"id":"shape","type":"transform","config":{"output":{"list":["{{input.id}}","{{input.amount}}"],"constant":${ID}}}},
    {"id":"each","type":"loop","config":{"items":"{{shape.output.list}}","steps":[
      {"id":"echo","type":"http","config":{"method":"POST","url":"${'{{input.url}}'}/echo?id={{input.id}}","body":${body}}}]}},
    {"id":"pause","type":"wait","config":{"duration":"2500ms"}},
    {"id":"which","type":"condition","config":{"condition":"{{input.id}} == 9007199254740992","true_branch":"wrong","false_branch":"right"}},
    {"id":"wrong","type":"stop","config":{"status":"failed","message":"{{input.id}}"}},
    {"id":"right","type":"transform","config":{"output":"{{each.output[0].body.value}}"}}],
    "output":{"echoes":"{{each.output.map(x => x.body)}}","id":"{{right.output}}","constant":"{{shape.output.constant}}"}}`;
  let workflow: string;
  let execution: string;
  let input: string;

  beforeAll(async () => {
    workflow = await created(document);
    input = `{"id":${ID},"amount":${AMOUNT},"url":"${service.url}"}`;
    execution = await run(workflow, input);
  });

  it('goes through transform, loop, http and back, a suspension and a condition with all its digits', async () => {
    const echo = (value: string) => `{"value":${value},"constant":${AMOUNT},"whole":${input}}`;
    const output = `{"echoes":[${echo(ID)},${echo(AMOUNT)}],"id":${ID},"constant":${ID}}`;
    expect(await send(200, 'GET', `/executions/${execution}/output`)).toBe(output);
    expect(await send(200, 'GET', `/executions/${execution}`)).toContain(`"output":${output}`);
    expect(service.callsTo('/echo').map(({ body, path }) => [body, path])).toEqual(
      [ID, AMOUNT].map((value) => [echo(value), `/echo?id=${ID}`]),
    );
  });

  it('is the same wherever the execution shows it', async () => {
    expect(await send(200, 'GET', `/executions/${execution}/input`)).toBe(input);
    expect(await send(200, 'GET', `/executions/${execution}/steps/shape/output`)).toBe(
      `{"list":[${ID},${AMOUNT}],"constant":${ID}}`,
    );
    const step = await send(200, 'GET', `/executions/${execution}/steps/${encodeURIComponent('each[1].echo')}`);
    expect(step).toContain(`"body":{"value":${AMOUNT},"constant":${AMOUNT},"whole":${input}}`);
  });

  it('is kept in documents, and a change of its last digit is a change', async () => {
    const text = await send(200, 'GET', `/workflows/${workflow}`);
    expect(text).toContain(`"constant":${AMOUNT}`);
    const changed = text.replace(`"constant":${ID}`, '"constant":9007199254740992');
    expect(JSON.parse(await send(200, 'PUT', `/workflows/${workflow}`, changed))).toMatchObject({ version: 2 });
    const patch = await send(200, 'GET', `/workflows/${workflow}/versions/2/diff?against=1`);
    expect(patch).toContain('"value":9007199254740992');
  });

  it('is kept in variables of the organisation, drafts and answers that are given again', async () => {
    await send(200, 'PUT', '/variables/number_of_the_test', `{"value":{"id":${ID}}}`);
    expect(await send(200, 'GET', '/variables')).toContain(`"value":{"id":${ID}}`);
    const reading = await created(
      '{"name":"Reads","trigger":{"type":"webhook"},"steps":[{"id":"a","type":"transform","config":{"output":1}}],"output":"{{variables.number_of_the_test.id}}"}',
    );
    expect(await send(200, 'GET', `/executions/${await run(reading, 'null')}/output`)).toBe(ID);
    await send(204, 'DELETE', '/variables/number_of_the_test');

    const twice = { 'idempotency-key': `numbers-${execution}` };
    const answers = [
      await send(201, 'POST', '/workflows', document, twice),
      await send(201, 'POST', '/workflows', document, twice),
    ];
    expect(answers[0]).toContain(`"constant":${AMOUNT}`);
    expect(answers[1]).toBe(answers[0]);
  });

  it('comes by a webhook', async () => {
    const plain = await created(
      '{"name":"Hook","trigger":{"type":"webhook"},"steps":[{"id":"a","type":"transform","config":{"output":"{{input.id}}"}}]}',
    );
    const path = ApiClient.webhookPath(await api.expect(200, 'GET', `/workflows/${plain}`));
    const accepted = await send(202, 'POST', path, `{"id":${ID}}`);
    await api.ended(idIn(accepted, 'execution_id'));
    expect(await send(200, 'GET', `/executions/${idIn(accepted, 'execution_id')}/output`)).toBe(ID);
  });
});

it('is kept in any JSON, through every step', async () => {
  const workflow = await created(`{"name":"Any","trigger":{"type":"webhook"},"steps":[
    {"id":"pass","type":"transform","config":{"output":"{{input.value}}"}},
    {"id":"echo","type":"http","config":{"method":"POST","url":"${service.url}/any","body":{"value":"{{pass.output}}"}}}],
    "output":"{{echo.data.value}}"}`);
  const texts = fc.sample(exactJson, 40);
  // A few at a time: history refuses more than it can read in time, which on a busy machine are not many.
  const outputs = await inParallel(texts, 8, async (text) =>
    send(200, 'GET', `/executions/${await run(workflow, `{"value":${text}}`)}/output`),
  );
  expect(outputs).toEqual(texts);
});
