import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WorkflowClient } from '../src/index.js';

/** Timers that keep this process from ending. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('a call that is over leaves no timer behind, which would hold up the end of a program, and nothing at the signal', async () => {
  let answers = 0;
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(`{"n":${++answers}}`),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new WorkflowClient({ apiKey: 'k', baseURL });
  const { signal } = new AbortController();
  try {
    await client.request('GET', '/any', { signal });
    const before = timers();
    for (let n = 0; n < 20; n++) await client.request('GET', '/any', { signal });
    // Those of the server and of `fetch` come and go.
    expect(timers() - before).toBeLessThan(10);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(answers).toBe(21);
  } finally {
    server.close();
  }
});
