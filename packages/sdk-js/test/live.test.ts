import { FakeHttpServer } from '@millrace/testing';
import { WorkflowClient } from '../src/index.js';

/** One piece with all of these events. */
const piece = (...events: [id: string, type: string][]) =>
  events.map(([id, type]) => `id: ${id}\ndata: ${JSON.stringify({ id, type })}\n\n`).join('');

it('goes on behind the event that it had when a loop is left in the middle', async () => {
  const answers = [
    piece(['1-0', 'started'], ['2-0', 'suspended'], ['3-0', 'completed']),
    piece(['2-0', 'suspended'], ['3-0', 'completed']),
  ];
  const server = await FakeHttpServer.start();
  const headers = { 'content-type': 'text/event-stream' };
  server.otherwise((_, number) => ({ headers, body: answers[number - 1] ?? '' }));
  try {
    const client = new WorkflowClient({ apiKey: 'k', baseURL: `${server.url}/v1` });
    const events = client.executions.events('exec_1');
    for await (const event of events) if (event.type === 'started') break;
    expect(events.lastEventId).toBe('1-0');
    const types: string[] = [];
    for await (const { type } of events) types.push(type);
    expect(types).toEqual(['suspended', 'completed']);
    expect(server.calls.map((call) => call.headers['last-event-id'])).toEqual([undefined, '1-0']);
  } finally {
    await server.stop();
  }
});
