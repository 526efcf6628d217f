import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WorkflowClient } from '../src/index.js';

/** One piece with all of these events. */
const piece = (...events: [id: string, type: string][]) =>
  events.map(([id, type]) => `id: ${id}\ndata: ${JSON.stringify({ id, type })}\n\n`).join('');

it('goes on behind the event that it had when a loop is left in the middle', async () => {
  const answers = [
    piece(['1-0', 'started'], ['2-0', 'suspended'], ['3-0', 'completed']),
    piece(['2-0', 'suspended'], ['3-0', 'completed']),
  ];
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers['last-event-id']);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(answers[asked.length - 1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const client = new WorkflowClient({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}/v1` });
    const events = client.executions.events('exec_1');
    for await (const event of events) if (event.type === 'started') break;
    expect(events.lastEventId).toBe('1-0');
    const types: string[] = [];
    for await (const { type } of events) types.push(type);
    expect(types).toEqual(['suspended', 'completed']);
    expect(asked).toEqual([undefined, '1-0']);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
