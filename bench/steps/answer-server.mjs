// The services that a benchmark calls, in a process of their own: HTTP that returns one body, or with what a model of OpenAI's protocol says.
import { createServer } from 'node:http';

const bodies = {
  // About what an API returns.
  '/items': JSON.stringify({
    items: Array.from({ length: 20 }, (_, id) => ({ id, name: `Item ${id}`, tags: ['a', 'b'], price: id * 1.5 })),
  }),
  '/v1/chat/completions': JSON.stringify({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'any',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(2_000) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  }),
};
const delayMs = Number(process.argv[2] ?? 0);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const answer = () =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(bodies[/** @type {keyof typeof bodies} */ (request.url ?? '')] ?? '{}');
    if (delayMs > 0) setTimeout(answer, delayMs);
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.(port);
});
process.on('disconnect', () => process.exit());
