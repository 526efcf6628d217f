import { createServer } from 'node:http';
import express, { type Application } from 'express';
import { expressClasses } from './express-classes.js';

test('a request and its response have what Express would give them before it sees them, so that it changes nothing', async () => {
  const application: Application = express();
  application.get('/', (request, response) => {
    response.json({ path: request.path, app: request.app === application });
  });
  const before: boolean[] = [];
  const server = createServer(expressClasses(application), (request, response) => {
    const given = application as unknown as { request: object; response: object };
    before.push(Object.getPrototypeOf(request) === given.request, Object.getPrototypeOf(response) === given.response);
    application(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
  const shown: unknown = await answer.json();
  await new Promise((resolve) => server.close(resolve));
  expect(shown).toEqual({ path: '/', app: true });
  expect(before).toEqual([true, true]);
});
