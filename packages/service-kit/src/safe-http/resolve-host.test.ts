import { createSocket, type Socket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { LIMITS } from '@millrace/contracts';
import { HostResolver } from './resolve-host.js';

/* A name server of this test: names that begin with "slow" get no answer, "known" ones an address of each family, and others there are none. */

const TYPE_A = 1;
const ADDRESSES: Readonly<Record<number, Buffer>> = {
  [TYPE_A]: Buffer.from([93, 184, 216, 34]),
  28: Buffer.from('26062800022000010248189325c81946', 'hex'),
};
const NO_SUCH_NAME = 3;

let server: Socket;
let resolver: HostResolver;
const asked: string[] = [];

beforeAll(async () => {
  server = createSocket('udp4', (question, { address, port }) => {
    let at = 12;
    const labels: string[] = [];
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.subarray(at + 1, at + 1 + length).toString());
      at += length + 1;
    }
    const name = labels.join('.');
    const type = question.readUInt16BE(at + 1);
    asked.push(name);
    if (name.startsWith('slow')) return;
    const found = /^(known|many)/.test(name) ? ADDRESSES[type] : undefined;
    const count = Number(/^many-(\d+)/.exec(name)?.[1] ?? 1);
    const head = Buffer.from(question.subarray(0, 12));
    head.writeUInt16BE(0x8180 + (found === undefined ? NO_SUCH_NAME : 0), 2);
    head.writeUInt16BE(found === undefined ? 0 : count, 6);
    head.fill(0, 8, 12);
    const answer = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, found?.length ?? 0]);
    const answers = Array.from({ length: count }, () => [answer, found ?? Buffer.of()]).flat();
    const pieces = [head, question.subarray(12, at + 5), ...(found === undefined ? [] : answers)];
    server.send(Buffer.concat(pieces), port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  resolver = new HostResolver([`127.0.0.1:${server.address().port}`]);
});

beforeEach(() => void (asked.length = 0));
afterAll(() => void server.close());

function resolved(name: string, owner = 'org_a'): Promise<readonly LookupAddress[]> {
  return new Promise((done, failed) =>
    resolver.resolve(name, (error, addresses) => (error === null ? done(addresses) : failed(error)), owner),
  );
}

it('finds the addresses of a name, of both families', async () => {
  expect(await resolved('known.example.')).toEqual([
    { address: '93.184.216.34', family: 4 },
    { address: '2606:2800:220:1:248:1893:25c8:1946', family: 6 },
  ]);
});

it('takes no name that has more addresses than anybody needs, each of which would be checked and tried', async () => {
  expect(await resolved(`many-${LIMITS.addressesOfName}.example`)).toHaveLength(2 * LIMITS.addressesOfName);
  const more = LIMITS.addressesOfName + 1;
  await expect(resolved(`many-${more}.example`)).rejects.toMatchObject({
    code: 'TOO_MANY_ADDRESSES',
    message: `many-${more}.example has ${more} addresses, and ${LIMITS.addressesOfName} are the most that are taken`,
  });
});

it('keeps a process alive that waits for a name, and none that does not', async () => {
  const ports = () => process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;
  const before = ports();
  const looking = resolved('slow.example').catch(() => undefined);
  await new Promise(setImmediate);
  expect(ports()).toBeGreaterThan(before);
  await looking;
  expect(ports()).toBe(before);
}, 60_000);

it('says when there is no such name', async () => {
  await expect(resolved('none.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

it('finds a name while many of another organisation get no answer, of which a few at a time are asked for, and which end by themselves', async () => {
  const ended: string[] = [];
  const slow = Array.from({ length: LIMITS.namesAtOnce + 2 }, (_, index) =>
    resolved(`slow-${index}.example`, 'org_b').catch(({ code }: NodeJS.ErrnoException) => void ended.push(code ?? '')),
  );
  await resolved('known.example');
  expect(ended).toEqual([]);
  expect(new Set(asked)).toHaveProperty('size', LIMITS.namesAtOnce + 1);
  await Promise.all(slow);
  expect(ended).toEqual(slow.map(() => 'ETIMEOUT'));
}, 60_000);

it.each([
  ['app.localhost', ['127.0.0.1', '::1']],
  ['App.LocalHost.', ['127.0.0.1', '::1']],
  ['metadata.google.internal', ['169.254.169.254']],
  ['metadata.goog.', ['169.254.169.254']],
])('asks no server for %s, which leads inside of the network wherever it is looked up', async (name, addresses) => {
  expect((await resolved(name)).map(({ address }) => address)).toEqual(addresses);
  expect(asked).toEqual([]);
});

it('leaves names without a dot, and those of the hosts file, to this machine', async () => {
  const addresses = (await resolved('localhost')).map(({ address }) => address);
  expect(addresses.every((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
  expect(asked).toEqual([]);
});
