import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import {
  LIMITS,
  newFileId,
  RunRequested,
  VersionSnapshot,
  type ExecutionEvent,
  type FileFacts,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import {
  FakeHttpServer,
  FakeSmtpServer,
  startNats,
  waitUntil,
  type FakeHttpBehaviour,
  type OwnServer,
} from '@millrace/testing';
import { chatAnswer } from './support/model-answers.js';
import { aRequest, connectClient, eventsAtEnd, startExecution, startExecutor } from './executor.fixture.js';

let nats: OwnServer;
let smtp: FakeSmtpServer;
let bus: NatsBus;
let executor: INestMicroservice;
let server: FakeHttpServer;
let base: string;

/** What the next downloads get. */
const serve = (behaviour: FakeHttpBehaviour) => server.on('/get/report%20one.pdf', behaviour);
const serveAs = (type: string, body: string | Buffer) => serve({ headers: { 'content-type': type }, body });
/** What was uploaded. */
const uploaded = () => server.callsTo('/post')[0];

beforeAll(async () => {
  server = await FakeHttpServer.start();
  server.on('/post', { body: { ok: true } }).on('/v1/chat/completions', chatAnswer('A bill'));
  base = server.url;
  [nats, smtp] = await Promise.all([startNats(), FakeSmtpServer.start()]);
  bus = await connectClient(nats.url);
  const own = { type: 'openai_compatible', base_url: `${base}/v1`, models: ['m'] };
  executor = await startExecutor(nats.url, { smtpPort: smtp.port, aiProviders: { own } });
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await smtp?.stop();
  await nats?.stop();
  await server?.stop();
});
beforeEach(() => {
  server.calls.length = 0;
  smtp.behave({}).messages.splice(0);
});

const once1 = { retry: { max_attempts: 1 } };
const download = (config: object = {}, more: object = {}) => ({
  id: 'download',
  type: 'http',
  config: { url: '{{input.base}}/get/report%20one.pdf?x=1', response: 'file', ...config },
  ...once1,
  ...more,
});
const upload = (config: object) => ({
  id: 'upload',
  type: 'http',
  config: { method: 'POST', url: '{{input.base}}/post', ...config },
  ...once1,
});

async function run(steps: object[], input: object = {}): Promise<{ request: RunRequest; events: ExecutionEvent[] }> {
  const request = await startExecution(bus, { name: 'Files', steps }, { base, ...input });
  return { request, events: await eventsAtEnd(bus, request) };
}

const outputOf = <Output>(events: readonly ExecutionEvent[], path: string): Output =>
  (events.find((event) => event.type === 'step_completed' && event.path === path) as { output: Output }).output;
const fileIn = (events: readonly ExecutionEvent[]): FileFacts =>
  outputOf<{ body: { file: FileFacts } }>(events, 'download').body.file;

async function contentOf(organisationId: string, id: string): Promise<Buffer> {
  const file = await bus.files.find(organisationId, id);
  const pieces: Uint8Array[] = [];
  if (file !== null) for await (const piece of bus.files.read(organisationId, file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a file', () => {
  it('is downloaded by one step, and sent by another one, as it was', async () => {
    const bytes = randomBytes(3_000_000);
    serveAs('application/pdf', bytes);
    const { request, events } = await run([download(), upload({ file: '{{download.output.body}}' })]);
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    const file = fileIn(events);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(file).toEqual({ id: file.id, name: 'report one.pdf', type: 'application/pdf', size: bytes.length, sha256 });
    expect((await contentOf(request.organisation_id, file.id)).equals(bytes)).toBe(true);
    const sent = uploaded();
    expect(sent?.headers).toMatchObject({ 'content-type': 'application/pdf', 'content-length': String(bytes.length) });
    expect(sent?.bytes.equals(bytes)).toBe(true);
  });

  it('is a part of a multipart request, beside texts', async () => {
    const bytes = randomBytes(300_000);
    serve({ headers: { 'content-disposition': `attachment; filename*=UTF-8''%E2%82%AC%22.bin` }, body: bytes });
    const multipart = [
      { name: 'title "1"', value: '{{input.title}}' },
      { name: 'data', value: { a: 1 }, content_type: 'application/json' },
      { name: 'file', file: '{{download.output.body}}' },
      { name: 'other', file: '{{download.data}}', filename: 'b.txt', content_type: 'text/plain' },
    ];
    const { events } = await run([download(), upload({ multipart })], { title: 'größe' });
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    const { bytes: body = Buffer.alloc(0), headers = {} } = uploaded() ?? {};
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': String(headers['content-type']) },
    }).formData();
    expect([...form.keys()]).toEqual(['title "1"', 'data', 'file', 'other']);
    expect([form.get('title "1"'), headers['transfer-encoding']]).toEqual(['größe', undefined]);
    const [file, other] = [form.get('file') as File, form.get('other') as File];
    expect([file.name, file.type, other.name, other.type]).toEqual([
      '€".bin',
      'application/octet-stream',
      'b.txt',
      'text/plain',
    ]);
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is attached to an e-mail, as it was', async () => {
    const bytes = randomBytes(1_500_000);
    serveAs('image/png', bytes);
    const send = {
      id: 'send',
      type: 'email',
      config: { to: 'ada@example.com', subject: 'S', body: 'B', attachments: ['{{download.output.body}}'] },
      retry: { initial_delay: '10ms', jitter: false },
    };
    smtp.behave({ message: (number) => (number === 1 ? { status: 451, text: 'Later' } : undefined) });
    const { events } = await run([download(), send]);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { accepted: ['ada@example.com'] } });
    expect(new Set(smtp.messages.map(({ raw }) => raw)).size).toBe(1);
    const [attachment] = smtp.messages[1]?.mail.attachments ?? [];
    expect(attachment).toMatchObject({ filename: 'report one.pdf', contentType: 'image/png' });
    expect(attachment?.content.equals(bytes)).toBe(true);
    expect(smtp.messages[1]?.mail.text?.trim()).toBe('B');
  });

  it('is looked at by a model, as it was', async () => {
    const bytes = randomBytes(400_000);
    serveAs('application/pdf', bytes);
    const config = { prompt: 'What is it?', attachments: ['{{download.output.body}}'] };
    const { events } = await run([download(), { id: 'look', type: 'ai_completion', config, ...once1 }]);
    expect(outputOf(events, 'look')).toBe('A bill');
    const [asked] = server.callsTo('/v1/chat/completions');
    for (const sent of [bytes.toString('base64'), 'report one.pdf']) expect(asked?.body.includes(sent)).toBe(true);
  });

  it('of which a part is gone is sent to nobody, and by no request that is whole', async () => {
    serve({ body: randomBytes(2_000_000) });
    const { request, events } = await run([download()]);
    const file = await bus.files.find(request.organisation_id, fileIn(events).id);
    await bus.connection.request('$JS.API.STREAM.MSG.DELETE.FILES', JSON.stringify({ seq: file?.pieces[4] }));
    server.calls.length = 0;
    const send = {
      id: 'send',
      type: 'email',
      config: { to: 'ada@example.com', subject: 'S', body: 'B', attachments: '{{input.file}}' },
      ...once1,
      on_error: 'continue',
    };
    const steps = [send, upload({ file: '{{input.file}}' })];
    const again = await aRequest(bus, { name: 'Again', steps }, { base, file: { file: { id: file?.id } } });
    const sameOwner = { ...again, organisation_id: request.organisation_id };
    await bus.snapshots.put(VersionSnapshot, sameOwner, {
      ...{ workflow_id: again.workflow_id, organisation_id: request.organisation_id, version: 1 },
      name: 'Again',
      document: JSON.stringify({ name: 'Again', steps }),
    });
    await bus.publish(RunRequested, sameOwner);
    const ended = await eventsAtEnd(bus, sameOwner);
    expect(ended.filter(({ type }) => type === 'step_failed')).toHaveLength(2);
    expect(ended.at(-1)).toMatchObject({ type: 'failed', error: { code: 'FILE_NOT_FOUND' } });
    expect([smtp.messages, server.calls]).toEqual([[], []]);
  });

  it('of another organisation is not there', async () => {
    serve({ body: 'x' });
    const { events } = await run([download()]);
    server.calls.length = 0;
    const { events: others } = await run([upload({ file: '{{input.file}}' })], {
      file: { file: fileIn(events) },
    });
    expect(others.at(-1)).toMatchObject({ type: 'failed', error: { code: 'FILE_NOT_FOUND' } });
    expect(server.calls).toEqual([]);
  });

  it('that does not come to its end is none, and nothing of it stays', async () => {
    const pieces = async function* () {
      yield Buffer.alloc(1_000_000);
      await sleep(50);
      throw new Error('The rest is missing');
    };
    serve(() => ({ headers: { 'content-length': '2000000' }, pieces: pieces() }));
    const { request, events } = await run([download()]);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'HTTP_REQUEST_FAILED' } });
    expect(await bus.files.list(request.organisation_id, request.execution_id)).toEqual([]);
  });

  it('is stopped at the limit of the step', async () => {
    let sent = 0;
    const pieces = async function* () {
      for (; sent <= 50_000_000; sent += 100_000) yield Buffer.alloc(100_000);
    };
    serve(() => ({ pieces: pieces() }));
    const { request, events } = await run([download({ max_response_bytes: 1_000_000 })]);
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code: 'HTTP_RESPONSE_TOO_LARGE' } });
    expect(sent).toBeLessThan(20_000_000);
    expect(await bus.files.list(request.organisation_id, request.execution_id)).toEqual([]);
  });

  it('of a failed response is none: the response is read as usual', async () => {
    serve({ status: 404, body: 'nothing here' });
    const { request, events } = await run([download()]);
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'HTTP_STATUS_ERROR', details: { body: 'nothing here' } },
    });
    expect(await bus.files.list(request.organisation_id, request.execution_id)).toEqual([]);
  });

  it('counts with all files of the execution', async () => {
    serve({ body: 'x' });
    const request = await startExecution(
      bus,
      {
        name: 'Many',
        steps: [
          {
            id: 'each',
            type: 'loop',
            config: { items: '{{range(0, input.n)}}', steps: [download()], concurrency: 20 },
          },
        ],
      },
      { base, n: LIMITS.executionFiles + 1 },
    );
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'FILE_TOO_LARGE' },
    });
    await waitUntil(
      'no more than that are there',
      async () => (await bus.files.list(request.organisation_id, request.execution_id)).length <= LIMITS.executionFiles,
    );
  });

  it.each([
    ['is named by no value', 'text', 'EXPRESSION_FAILED'],
    ['has no such id', { file: { id: newFileId(`exec_${'0'.repeat(26)}`) } }, 'FILE_NOT_FOUND'],
    ['has an id that is none', { file: { id: '*' } }, 'FILE_NOT_FOUND'],
  ])('that %s fails the step', async (_, file, code) => {
    const { events } = await run([upload({ file: '{{input.file}}' })], { file });
    expect(events.at(-1)).toMatchObject({ type: 'failed', error: { code } });
    expect(server.calls).toEqual([]);
  });
});

describe('the content of a file in expressions', () => {
  const transform = (id: string, output: unknown, rest: object = {}) => ({
    id,
    type: 'transform',
    config: { output },
    ...rest,
  });

  it('is read by the steps that follow, in any field, and several files by one', async () => {
    serveAs('text/plain', 'Grüße');
    const other = { ...download(), id: 'other' };
    const both = transform('both', ['{{text(download.data)}}', '{{base64(other.data)}} {{text(other.data).length}}'], {
      if: "text(download.data) == 'Grüße'",
    });
    const { events } = await run([download(), other, both, upload({ body: { text: '{{text(download.data)}}' } })]);
    const base64 = Buffer.from('Grüße').toString('base64');
    expect(outputOf(events, 'both')).toEqual(['Grüße', `${base64} 5`]);
    expect(uploaded()?.body).toBe('{"text":"Grüße"}');
  });

  it('gives a loop its items, and the same ones when the execution goes on later', async () => {
    serveAs('text/plain', 'a\nb');
    const steps = [
      { id: 'hold', type: 'wait', config: { duration: '2300ms' } },
      transform('line', '{{item}} {{index}}'),
    ];
    const each = { id: 'each', type: 'loop', config: { items: '{{text(download.data).split("\\n")}}', steps } };
    const { events } = await run([download(), each]);
    expect(events.map(({ type }) => type)).toContain('woken');
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: ['a 0', 'b 1'] });
  });

  it('counts once for all iterations that read it at the same time', async () => {
    serveAs('text/plain', 'x'.repeat(LIMITS.expressionFileBytes));
    const steps = [transform('size', '{{text(download.data).length}}')];
    const each = { id: 'each', type: 'loop', config: { items: '{{range(0, 100)}}', concurrency: 100, steps } };
    const { events } = await run([download(), each, transform('sizes', '{{unique(each.output)}}')]);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: [LIMITS.expressionFileBytes] });
  });

  it('is bounded, and must be there', async () => {
    serveAs('text/plain', Buffer.alloc(LIMITS.expressionFileBytes + 1));
    const large = await run([download(), transform('read', '{{base64(download.data)}}')]);
    expect(large.events.at(-1)).toMatchObject({
      type: 'failed',
      path: 'read',
      error: { code: 'FILE_TOO_LARGE', details: { limit_bytes: LIMITS.expressionFileBytes } },
    });
    serveAs('text/plain', 'x'.repeat(LIMITS.expressionFileBytes));
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const lengths = ids.map((id) => `{{text(${id}.data).length}}`);
    const many = await run([...ids.map((id) => ({ ...download(), id })), transform('read', lengths)]);
    expect(many.events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'FILE_TOO_LARGE', details: { limit_bytes: LIMITS.expressionFilesBytes } },
    });
    serveAs('text/plain', 'x');
    const oneMore = Array.from({ length: LIMITS.expressionFiles + 1 }, (_, index) => `s${index}`);
    const texts = oneMore.map((id) => `{{text(${id}.data)}}`);
    const several = await run([...oneMore.map((id) => ({ ...download(), id })), transform('read', texts)]);
    expect(several.events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'FILE_TOO_LARGE', details: { limit_files: LIMITS.expressionFiles } },
    });
    const none = await run([transform('read', '{{text(input.gone)}}', { on_error: 'continue' })], {
      gone: { file: { id: 'file_01kaxh3v9m0000000000000000' } },
    });
    expect(none.events).toContainEqual(
      expect.objectContaining({ type: 'step_failed', error: expect.objectContaining({ code: 'FILE_NOT_FOUND' }) as unknown }), // prettier-ignore
    );
  });
});
