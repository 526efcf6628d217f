import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { anyFreePort, holderOf, isFree, portBook } from '../src/ports.mjs';
import {
  chooseServerPorts,
  chooseServicePorts,
  explicitPublicPort,
  withFreePorts,
} from '../src/platform/platform-ports.mjs';
import { homePaths } from '../src/paths.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}
const release = (server: Server) => new Promise((resolve) => server.close(resolve));

test('a port is chosen again after a restart, so that addresses stay the same', async () => {
  const file = join(folder, 'stable.json');
  const preferred = await anyFreePort();
  const first = await portBook(file).pick('api', preferred);
  expect(await portBook(file).pick('api', preferred + 50)).toBe(first);
});

test('a taken port gives way to the next free one, and one book never gives a port twice', async () => {
  const preferred = await anyFreePort();
  const holder = await occupy(preferred);
  const book = portBook(join(folder, 'taken.json'));
  const ports = [await book.pick('a', preferred), await book.pick('b', preferred)];
  await release(holder);
  expect(ports).not.toContain(preferred);
  expect(new Set(ports).size).toBe(2);
});

test('a taken port is not free, and its holder is named', async () => {
  const port = await anyFreePort();
  const holder = await occupy(port);
  const [free, name] = [await isFree(port), holderOf(port)];
  await release(holder);
  expect(free).toBe(false);
  expect(name).toContain(`pid ${process.pid}`);
  expect(await isFree(port)).toBe(true);
});

test('an explicit MILLRACE_PORT that is taken is an error that names the holder and the cure', async () => {
  const port = await anyFreePort();
  const holder = await occupy(port);
  await expect(explicitPublicPort({ MILLRACE_PORT: String(port) })).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`Port ${port}.*pid ${process.pid}`)) as string,
    cure: expect.stringContaining('MILLRACE_PORT') as string,
  });
  await release(holder);
});

test('two homes have different internal ports, and none of them is a default port of a server', async () => {
  const of = async (name: string) => {
    const paths = homePaths(join(folder, name), {});
    const { health } = await chooseServicePorts({ paths, env: {}, services: ['history'] });
    return [...Object.values(await chooseServerPorts(paths)), ...Object.values(health)];
  };
  const [one, two] = [await of('one'), await of('two')];
  expect(one.filter((port) => two.includes(port))).toEqual([]);
  for (const standard of [4222, 6379, 8222, 27017]) expect([...one, ...two]).not.toContain(standard);
});

test('a port that is taken between its choice and its use is given up for another one', async () => {
  const file = join(folder, 'race.json');
  const preferred = await anyFreePort();
  const notes: string[] = [];
  const holders: Server[] = [];
  const used = await withFreePorts(
    async () => ({ api: await portBook(file).pick('api', preferred) }),
    async ({ api }) => {
      if (holders.length > 0) return api;
      holders.push(await occupy(api));
      throw new Error('listen EADDRINUSE');
    },
    (text) => notes.push(text),
  );
  await Promise.all(holders.map(release));
  expect(used).not.toBe(preferred);
  expect(notes).toEqual([expect.stringMatching(new RegExp(`Port ${preferred} .*pid ${process.pid}`))]);
});

test('a failure that has nothing to do with ports is not tried again', async () => {
  const use = jest.fn(() => Promise.reject(new Error('bad configuration')));
  const choose = async () => ({ api: await anyFreePort() });
  await expect(withFreePorts(choose, use, () => undefined)).rejects.toThrow('bad configuration');
  expect(use).toHaveBeenCalledTimes(1);
});
