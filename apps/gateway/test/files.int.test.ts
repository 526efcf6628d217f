import { randomBytes } from 'node:crypto';
import {
  EvaluateExpression,
  executionEndpoints,
  expressionEndpoints,
  GetExecution,
  LIMITS,
  newFileId,
  newId,
  TokenSnapshot,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { READ_ONLY_TOKEN, startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';

const EXECUTION = newId('execution');

let gateway: RunningGateway;
/** In the place of the services that store files and records. */
let others: NatsBus;

beforeAll(async () => {
  gateway = await startGateway();
  others = await connectBus({ url: gateway.natsUrl, name: 'owners', logger: silentLogger });
  others.connection.subscribe(GetExecution.subject, {
    callback: (_, message) => void message.respond(JSON.stringify(executionEndpoints.get.answer.example)),
  });
  await others.connection.flush();
});
afterAll(async () => {
  await others.close();
  await gateway.stop();
});

async function stored(
  content: Uint8Array,
  rest: { organisation?: string; name?: string | null; type?: string; execution?: string } = {},
) {
  const { organisation = 'org_a', name = 'größe "1".html', type = 'text/html', execution = newId('execution') } = rest;
  const address = { organisation_id: organisation, execution_id: execution, file_id: newFileId(execution) };
  return others.files.store({ address, name, type, content: [content] });
}

const download = (id: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${gateway.url}/v1/files/${id}`, { method, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });

describe('a download', () => {
  it('is the file as it was, which no browser shows or runs', async () => {
    const bytes = randomBytes(3_000_000);
    const file = await stored(bytes);
    const answer = await download(file.id);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="gr__e _1_.html"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.html`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      etag: `"${file.sha256}"`,
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=262143-262145', 262_143, 262_145],
    ['bytes=900000-', 900_000, 999_999],
    ['bytes=-5', 999_995, 999_999],
    ['bytes=5-99999999', 5, 999_999],
  ])('is the part that is asked for (%s)', async (range, first, last) => {
    const bytes = randomBytes(1_000_000);
    const { id } = await stored(bytes);
    const answer = await download(id, { range });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${first}-${last}/1000000`]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(first, last + 1))).toBe(true);
  });

  it('is refused, or whole, where there is no such part', async () => {
    const { id } = await stored(Buffer.from('abcdef'));
    const beyond = await download(id, { range: 'bytes=6-' });
    expect([beyond.status, beyond.headers.get('content-range'), await beyond.text()]).toEqual([416, 'bytes */6', '']);
    for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=x'])
      expect([range, (await download(id, { range })).status]).toEqual([range, 200]);
    const other = await download(id, { range: 'bytes=0-1', 'if-range': '"other"' });
    expect([other.status, await other.text()]).toEqual([200, 'abcdef']);
  });

  it('of nothing, and its head alone, have no body', async () => {
    const empty = await download((await stored(new Uint8Array(0))).id);
    expect([empty.status, empty.headers.get('content-length'), await empty.text()]).toEqual([200, '0', '']);
    const head = await download((await stored(Buffer.from('abc'))).id, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '3', '']);
  });

  it('of a file that is not there, or of another organisation, is not found', async () => {
    const foreign = await stored(Buffer.from('x'), { organisation: 'org_b' });
    for (const id of [foreign.id, newFileId(newId('execution'))]) {
      const answer = await download(id);
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'FILE_NOT_FOUND' } }]);
    }
  });

  it('whose content is gone says so, or breaks off where it is', async () => {
    const file = await stored(randomBytes(20 * LIMITS.filePieceBytes));
    const { pieces = [] } = (await others.files.find('org_a', file.id)) ?? {};
    const removed = (seq: number | undefined) =>
      others.connection.request('$JS.API.STREAM.MSG.DELETE.FILES', JSON.stringify({ seq }));
    await removed(pieces[12]);
    const broken = await download(file.id);
    await expect(broken.arrayBuffer()).rejects.toThrow();
    await removed(pieces[0]);
    const answer = await download(file.id);
    expect([answer.status, answer.headers.get('content-disposition'), await answer.json()]).toMatchObject([
      404,
      null,
      { error: { code: 'FILE_NOT_FOUND' } },
    ]);
  });
});

describe('the files of an execution', () => {
  it('are listed page by page, as they came', async () => {
    const execution = newId('execution');
    const files = [];
    for (const name of ['a', null, 'c']) files.push(await stored(Buffer.from('x'), { execution, name }));
    const page = (query: string) => gateway.call('GET', `/v1/executions/${execution}/files${query}`);
    const first = await page('?limit=2');
    expect(first.body).toMatchObject({
      files: [
        { ...files[0], execution_id: execution },
        { id: files[1]?.id, name: null },
      ],
      next_cursor: files[1]?.id,
      has_more: true,
    });
    expect((await page(`?limit=2&starting_after=${files[1]?.id}`)).body).toMatchObject({
      files: [{ name: 'c' }],
      next_cursor: null,
      has_more: false,
    });
  });

  it('are none behind one that is not there', async () => {
    const execution = newId('execution');
    await stored(Buffer.from('x'), { execution });
    const path = `/v1/executions/${execution}/files?starting_after=${newFileId(execution)}`;
    expect((await gateway.call('GET', path)).body).toEqual({ files: [], next_cursor: null, has_more: false });
  });

  it('are none of one that has none', async () => {
    const { status, body } = await gateway.call('GET', `/v1/executions/${EXECUTION}/files`);
    expect([status, body]).toEqual([200, { files: [], next_cursor: null, has_more: false }]);
  });

  it('of another organisation are not listed', async () => {
    await stored(Buffer.from('x'), { organisation: 'org_b', execution: EXECUTION });
    expect((await gateway.call('GET', `/v1/executions/${EXECUTION}/files`)).body).toMatchObject({ files: [] });
  });
});

it('an expression that is tried reads files with a token that may download them, and with no other', async () => {
  const asked: unknown[] = [];
  others.connection.subscribe(EvaluateExpression.subject, {
    callback: (_, message) => {
      asked.push(message.json<{ files?: boolean }>().files);
      message.respond(JSON.stringify(expressionEndpoints.evaluate.answer.example));
    },
  });
  await others.connection.flush();
  const token = 'test-token-that-reads-workflows';
  const scoped = { token_id: 'tok_2', organisation_id: 'org_a', scopes: ['workflows:read'] };
  await others.snapshots.put(TokenSnapshot, { token_hash: tokenHash(token) }, scoped);
  for (const one of [token, READ_ONLY_TOKEN, TOKEN]) {
    const headers = { authorization: `Bearer ${one}`, 'content-type': 'application/json' };
    const call = { method: 'POST', headers, body: '{"expression":"text(input)"}' };
    expect((await fetch(`${gateway.url}/v1/expressions/evaluate`, call)).status).toBe(200);
  }
  expect(asked).toEqual([false, true, true]);
});
