import { getEventListeners } from 'node:events';
import { FakeHttpServer } from '@millrace/testing';
import { WorkflowClient } from '../src/index.js';

/** Timers that keep this process from ending. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

test('a call that is over leaves no timer behind, which would hold up the end of a program, and nothing at the signal', async () => {
  const server = await FakeHttpServer.start();
  server.otherwise((_, n) => ({ headers: { connection: 'close' }, body: { n } }));
  const client = new WorkflowClient({ apiKey: 'k', baseURL: server.url });
  const { signal } = new AbortController();
  try {
    await client.request('GET', '/any', { signal });
    const before = timers();
    for (let n = 0; n < 20; n++) await client.request('GET', '/any', { signal });
    // Those of the server and of `fetch` come and go.
    expect(timers() - before).toBeLessThan(10);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(server.calls).toHaveLength(21);
  } finally {
    await server.stop();
  }
});
