import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { APIConnectionError, WorkflowClient } from '../src/index.js';

/*
 * A server that refuses a body without reading it, and closes the connection while it is sent. Whether `fetch` reads the answer then is a
 * race; here there is none.
 */

const server = createServer((socket: Socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.resetAndDestroy());
});
let client: WorkflowClient;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  client = new WorkflowClient({ apiKey: 'k', baseURL, maxRetries: 0 });
});
afterAll(() => new Promise((closed) => server.close(closed)));

/** What a call with so long a text as its input fails with. */
async function failure(length: number): Promise<unknown> {
  return client.workflows.execute('wf_1', { input: 'ü'.repeat(length) }).catch((error: unknown) => error);
}

test('a connection that is closed while a large body is sent says that it may be too large, and its bytes', async () => {
  const error = await failure(6_000_000);
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(error).toMatchObject({
    maybeDone: true,
    message: expect.stringMatching(/Probably the body is larger than the API takes: it has 12000012 bytes$/),
  });
});

test('and of a small one it does not', async () => {
  expect(await failure(10)).toMatchObject({ message: expect.stringMatching(/the connection failed \(\w+\)$/) });
});
