import { urlsOfHost } from './host-addresses.js';

const found = (...addresses: readonly string[]) => {
  return () => Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
};

test('a name with several addresses is a URL for each of them', async () => {
  expect(await urlsOfHost('http://nats:8222', found('10.0.0.1', '10.0.0.2'))).toEqual([
    'http://10.0.0.1:8222',
    'http://10.0.0.2:8222',
  ]);
  expect(await urlsOfHost('http://nats:8222/page', found('fd00::1', 'fd00::2'))).toEqual([
    'http://[fd00::1]:8222/page',
    'http://[fd00::2]:8222/page',
  ]);
});

test.each([
  ['a single address', 'http://nats:8222', found('10.0.0.1')],
  ['one of each family', 'http://nats:8222', found('10.0.0.1', 'fd00::1')],
  ['a name that cannot be looked up', 'http://nats:8222', () => Promise.reject(new Error('ENOTFOUND'))],
  ['a resolver that says nothing', 'http://nats:8222', () => new Promise<never>(() => undefined)],
  ['a certificate for the name', 'https://nats:8222', found('10.0.0.1', '10.0.0.2')],
])('with %s the URL stays as it is', async (_what, url, lookUp) => {
  expect(await urlsOfHost(url, lookUp)).toEqual([url]);
});

test('the address of this machine is looked up as it is', async () => {
  expect(await urlsOfHost('http://127.0.0.1:8222')).toEqual(['http://127.0.0.1:8222']);
});
