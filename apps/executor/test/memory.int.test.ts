import type { ChildProcess } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LIMITS, type ExecutionEvent, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  connectClient,
  entriesOf,
  endOf,
  peakMegabytes,
  queueIsEmpty,
  spawnExecutor,
  startExecution,
  workflowOf,
} from './executor.fixture.js';

type Failed = Extract<ExecutionEvent, { type: 'failed' }>;

/** A process with more would hide what is held too long. */
const HEAP_MEGABYTES = 320;
/** The heap, what lies outside of it while texts are read and sent, and the process itself. */
const MOST_MEGABYTES = 800;
/** While these answers are read: 250 MB when garbage is collected at once, which a busy machine does late, and 1 GB before they were bounded. */
const READ_MEGABYTES = 650;
const MEBIBYTE = 1024 * 1024;

let nats: OwnServer;
let bus: NatsBus;
let executor: ChildProcess;
let server: Server;
let answer: RequestListener;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(async () => {
  executor = await spawnExecutor(nats.url, { heapMegabytes: HEAP_MEGABYTES });
});

afterEach(async () => {
  // An end is in the journal before its message is acknowledged: killed in between, nobody would acknowledge it.
  await queueIsEmpty(bus);
  executor.kill('SIGKILL');
});

afterAll(async () => {
  await bus?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await nats?.stop();
});

async function failureOf(request: RunRequest): Promise<Failed> {
  const end = await endOf(bus, request);
  expect(end.type).toBe('failed');
  return end as Failed;
}
const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** Keeps 9 MB of each of its iterations. */
const bomb = workflowOf([
  {
    id: 'outer',
    type: 'loop',
    config: {
      items: '{{range(0, 1000)}}',
      steps: [
        {
          id: 'inner',
          type: 'loop',
          config: {
            items: '{{range(0, 9)}}',
            steps: [{ id: 'make', type: 'transform', config: { output: "{{'x'.repeat(1000000)}}" } }],
          },
        },
      ],
    },
  },
]);
const loopOf = (count: number, step: object) => ({
  id: 'each',
  type: 'loop',
  config: { items: `{{range(0, ${count})}}`, steps: [step] },
});
const small = workflowOf([{ id: 'say', type: 'transform', config: { output: 'done' } }]);
const fetching = (rest: object = {}) => ({
  id: 'fetch',
  type: 'http',
  config: { url: '{{input.url}}', ...rest },
  retry: { max_attempts: 1 },
});

describe('an execution that keeps more than it may', () => {
  it('fails with EXECUTION_TOO_LARGE, and the others of its executor go on', async () => {
    const bombs = await Promise.all(Array.from({ length: 2 }, () => startExecution(bus, bomb)));
    const others = await Promise.all(Array.from({ length: 20 }, () => startExecution(bus, small)));
    for (const request of others) {
      expect(await endOf(bus, request)).toMatchObject({ type: 'completed', output: 'done' });
    }
    for (const request of bombs) {
      const { error, path } = await failureOf(request);
      expect(error.code).toBe('EXECUTION_TOO_LARGE');
      expect(path).toMatch(/^outer\[\d\]\.inner/);
      expect(error.details).toMatchObject({ path, limit_bytes: LIMITS.executionBytes });
      expect(error.details?.['reached_bytes']).toBeGreaterThan(LIMITS.executionBytes);
      expect(error.message).toMatch(/would hold 6\d MiB, but it may hold 64 MiB.*Let steps return only/);
    }
    const entries = await entriesOf(bus, bombs[0] as RunRequest);
    for (const { events } of entries) {
      expect(events.map((event) => event.type)).not.toContain('resumed');
      const { length } = JSON.stringify(events);
      expect(length).toBeLessThan(events.length > 1 ? 1.2 * LIMITS.journalEntryBytes : 1.1 * LIMITS.stepOutputBytes);
    }
    expect(executor.exitCode).toBeNull();
    expect(await peakMegabytes(executor)).toBeLessThan(MOST_MEGABYTES);
  });
});

describe('an execution that holds nearly as much as it may', () => {
  it('is taken over by another executor', async () => {
    // Fetched and not computed: a busy machine may run out of the time that an expression has.
    const rows = JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ id, a: [], b: {}, text: 'x'.repeat(500) })));
    let calls = 0;
    answer = ({ url }, response) => {
      if (url === '/rows') response.writeHead(200, { 'content-type': 'application/json' }).end(rows);
      else if (++calls > 1) response.end('ok');
    };
    const get = { id: 'get', type: 'http', config: { url: '{{input.url}}rows' } };
    const keep = { id: 'keep', type: 'transform', config: { output: '{{steps.get.output.body}}' } };
    // Fails with what its iterations have kept, since that is more than one step may return.
    const collect = { ...loopOf(18, keep), on_error: 'continue' };
    const request = await startExecution(bus, workflowOf([get, collect, fetching()]), { url: address() });
    await waitUntil('it is in its call', () => calls === 1, 60_000);
    executor.kill('SIGKILL');
    executor = await spawnExecutor(nats.url, { heapMegabytes: HEAP_MEGABYTES });
    expect(await endOf(bus, request)).toMatchObject({ type: 'completed', output: { body: 'ok' } });
    const held = (await entriesOf(bus, request)).reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
    expect(held).toBeGreaterThan(0.75 * LIMITS.executionBytes);
    expect(executor.exitCode).toBeNull();
  });
});

describe('an answer to an HTTP step', () => {
  const failure = async (document: object) =>
    (await failureOf(await startExecution(bus, document, { url: address() }))).error;

  it('is read up to the limit of an output, whatever the step allows and however it is compressed', async () => {
    const text = gzipSync(Buffer.alloc(48 * MEBIBYTE, '["0123456789"],'));
    expect(text.length).toBeLessThan(200_000);
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(text);
    const document = workflowOf([fetching({ max_response_bytes: 100 * MEBIBYTE })]);
    const errors = await Promise.all(Array.from({ length: 8 }, () => failure(document)));
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'HTTP_RESPONSE_TOO_LARGE',
        details: { limit_bytes: LIMITS.stepOutputBytes },
      });
    }
    expect(executor.exitCode).toBeNull();
    expect(await peakMegabytes(executor)).toBeLessThan(READ_MEGABYTES);
  });

  it('is refused before it is parsed when it would become a large heap', async () => {
    const text = `[${'{},'.repeat(3_400_000)}{}]`;
    expect(text.length).toBeLessThan(LIMITS.stepOutputBytes);
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const errors = await Promise.all(Array.from({ length: 4 }, () => failure(workflowOf([fetching()]))));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'HTTP_RESPONSE_TOO_LARGE', details: { limit_values: LIMITS.jsonValues } });
    }
    expect(executor.exitCode).toBeNull();
    expect(await peakMegabytes(executor)).toBeLessThan(READ_MEGABYTES);
  });

  it('counts while it is read: a hundred large ones at once fail the execution, not the process', async () => {
    // No answer ever ends: only who counts while reading can find that they are too large together, and leave them.
    let opened = 0;
    let left = 0;
    answer = (_, response) => {
      opened++;
      response.once('close', () => left++);
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write(Buffer.alloc(9 * MEBIBYTE, 'x'));
    };
    const steps = [
      { id: 'all', type: 'loop', config: { items: '{{range(0, 100)}}', concurrency: 100, steps: [fetching()] } },
    ];
    const error = await failure(workflowOf(steps));
    expect(error.code).toBe('EXECUTION_TOO_LARGE');
    await waitUntil('all answers are left', () => left === opened, 20_000);
    expect(executor.exitCode).toBeNull();
  });

  it('that comes a byte at a time takes no more memory, and no more time than the step has', async () => {
    let timer: NodeJS.Timeout | undefined;
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      timer = setInterval(() => response.write('x'), 20);
    };
    const error = await failure(workflowOf([{ ...fetching(), timeout: '1s' }]));
    clearInterval(timer);
    expect(error.code).toBe('STEP_TIMEOUT');
  });

  it('may not have endless headers', async () => {
    answer = (request) => {
      const { socket } = request;
      socket.write('HTTP/1.1 200 OK\r\n');
      for (let count = 0; count < 20_000; count++) socket.write(`x-header-${count}: value\r\n`);
      socket.end('\r\n');
    };
    expect((await failure(workflowOf([fetching()]))).code).toBe('HTTP_REQUEST_FAILED');
  });
});
