import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serversFile } from '../src/servers/docker.mjs';

const text = readFileSync(serversFile(join(__dirname, '..', '..', '..')), 'utf8');

test('what Docker is given has the servers alone, each on the port that it is given', () => {
  const [, services = ''] = /^services:\n([^]*?)^\S/m.exec(text) ?? [];
  expect(services.match(/^ {2}\w+(?=:)/gm)?.map((name) => name.trim())).toEqual(['nats', 'redis', 'mongodb']);
  for (const name of ['NATS', 'REDIS', 'MONGODB']) expect(services).toContain(`'127.0.0.1:\${MILLRACE_${name}_PORT:-`);
});
