// `node examples/echo.mjs`: the service that examples of the documentation call. It responds with what it was asked, and with 404 below /missing.
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 8080);

/** @type {import('node:http').RequestListener} */
const echo = (request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    const isJson = request.headers['content-type']?.includes('json') === true && text !== '';
    const { method, url, headers } = request;
    const body = isJson ? JSON.parse(text) : text === '' ? null : text;
    response.writeHead(url?.startsWith('/missing') === true ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ method, path: url, headers, body }));
  });
};

const server = createServer(echo);
server.once('error', (error) => {
  console.error(`Nothing can listen on port ${port} (${error.message}); name another one: node examples/echo.mjs 8081`);
  process.exitCode = 1;
});
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`Says what it is asked: http://127.0.0.1:${address?.port}`);
});
