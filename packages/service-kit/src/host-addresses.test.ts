import { FollowedHost, urlsOfHost } from './host-addresses.js';

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

describe('a host that is followed', () => {
  const first = ['http://10.0.0.1:8222', 'http://10.0.0.2:8222'];
  let now = 0;
  const lookUp = jest.fn(found('10.0.0.1', '10.0.0.2'));
  const followed = () => new FollowedHost('http://nats:8222', lookUp, () => now);
  /** What is found in the background shows in the next call. */
  const found30SecondsLater = async (host: FollowedHost) => {
    now += 30_000;
    void host.urls();
    await new Promise(setImmediate);
    return host.urls();
  };
  beforeEach(() => lookUp.mockReset().mockImplementation(found('10.0.0.1', '10.0.0.2')));

  test('is looked up every 30 seconds', async () => {
    const host = followed();
    expect(await host.urls()).toEqual(first);
    lookUp.mockImplementation(found('10.0.0.3', '10.0.0.4'));
    now += 29_999;
    expect(await host.urls()).toEqual(first);
    await new Promise(setImmediate);
    expect(await host.urls()).toEqual(first);
    expect(lookUp).toHaveBeenCalledTimes(1);
    expect(await found30SecondsLater(host)).toEqual(['http://10.0.0.3:8222', 'http://10.0.0.4:8222']);
    expect(lookUp).toHaveBeenCalledTimes(2);
  });

  test('has the addresses found last while it cannot be looked up', async () => {
    const host = followed();
    await host.urls();
    lookUp.mockRejectedValueOnce(new Error('ENOTFOUND'));
    expect(await found30SecondsLater(host)).toEqual(first);
    expect(await found30SecondsLater(host)).toEqual(first);
    expect(lookUp).toHaveBeenCalledTimes(3);
  });

  test('whose look-up does not end has those found last, and no second look-up takes another thread', async () => {
    const host = followed();
    await host.urls();
    lookUp.mockImplementation(() => new Promise<never>(() => undefined));
    expect(await found30SecondsLater(host)).toEqual(first);
    expect(await found30SecondsLater(host)).toEqual(first);
    // Nor does anybody wait for it.
    expect(await Promise.race([host.urls(), new Promise(setImmediate)])).toEqual(first);
    expect(lookUp).toHaveBeenCalledTimes(2);
  });

  test('that is looked up late has its addresses from then on', async () => {
    let end: () => void = () => undefined;
    lookUp.mockImplementation(async () => {
      await new Promise<void>((resolve) => (end = resolve));
      return found('10.0.0.1', '10.0.0.2')();
    });
    const host = followed();
    expect(await host.urls()).toEqual(['http://nats:8222']);
    end();
    await new Promise(setImmediate);
    expect(await host.urls()).toEqual(first);
  });
});
