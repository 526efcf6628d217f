import { once } from 'node:events';
import { connect } from 'node:net';
import { FakeHttpServer, sharedMongo, sharedRedis, startNats, startRedis, waitUntil } from '../src/index.js';

/** The first bytes that a server sends, or with which it replies to `question`. */
function talk(url: string, question?: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.on('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('latin1'));
    });
    if (question) socket.write(question);
  });
}

test('a private NATS server comes back on its port after a crash', async () => {
  const nats = await startNats();
  try {
    expect(await talk(nats.url)).toMatch(/^INFO \{.*"jetstream":true/);
    const { url } = nats;
    await nats.kill();
    await expect(talk(url)).rejects.toThrow(/ECONNREFUSED/);
    await nats.restart();
    expect(nats.url).toBe(url);
    expect(await talk(url)).toMatch(/^INFO /);
  } finally {
    await nats.stop();
  }
});

test('Redis servers answer, the private and the shared one', async () => {
  const [own, shared] = await Promise.all([startRedis(), sharedRedis()]);
  try {
    expect(await talk(own.url, 'PING\r\n')).toBe('+PONG\r\n');
    expect(await talk(shared.url, 'PING\r\n')).toBe('+PONG\r\n');
    expect(own.url).not.toBe(shared.url);
  } finally {
    await Promise.all([own.stop(), shared.stop()]);
  }
});

test('the shared MongoDB-compatible server takes connections', async () => {
  const mongo = await sharedMongo();
  try {
    const { hostname, port } = new URL(mongo.url);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(void socket.destroy()));
      socket.on('error', reject);
    });
  } finally {
    await mongo.stop();
  }
});

describe('FakeHttpServer', () => {
  let server: FakeHttpServer;
  beforeEach(async () => {
    server = await FakeHttpServer.start();
  });
  afterEach(() => server.stop());

  test('echoes calls and counts idempotency keys', async () => {
    for (let call = 0; call < 2; call++) {
      await fetch(`${server.url}/things?x=1`, { method: 'POST', body: 'hello', headers: { 'idempotency-key': 'k1' } });
    }
    const answer = await fetch(`${server.url}/things`);
    expect(await answer.json()).toMatchObject({ method: 'GET', path: '/things' });
    expect(server.callsTo('/things').map((call) => call.body)).toEqual(['hello', 'hello', '']);
    expect([...server.idempotencyKeys()]).toEqual([['k1', 2]]);
    await server.waitForCalls(3);
    await expect(server.waitForCalls(4, 20)).rejects.toThrow('Only 3 of 4 calls');
  });

  test('gives the responses of a path in sequence, and repeats the last', async () => {
    server.sequence('/flaky', [{ status: 503 }, { hangUp: true }, { body: { ok: true }, delayMs: 5 }]);
    expect((await fetch(`${server.url}/flaky`)).status).toBe(503);
    await expect(fetch(`${server.url}/flaky`)).rejects.toThrow();
    for (let call = 0; call < 2; call++)
      expect(await (await fetch(`${server.url}/flaky`)).json()).toEqual({ ok: true });
  });

  test('takes no call whose body does not come to its end', async () => {
    const { hostname, port } = new URL(server.url);
    const caller = connect(Number(port), hostname);
    caller.write('POST /half HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf', () => caller.destroy());
    await once(caller, 'close');
    await fetch(server.url);
    expect(server.calls).toMatchObject([{ method: 'GET' }]);
  });

  test('takes and gives bytes as they are, and says nothing of what they are', async () => {
    const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x0d, 0x0a]);
    server.on('/bytes', ({ bytes: body }) => ({ body }));
    const answer = await fetch(`${server.url}/bytes`, { method: 'POST', body: new Uint8Array(bytes) });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
    expect(answer.headers.get('content-type')).toBeNull();
    expect(server.calls[0]?.bytes).toEqual(bytes);
  });

  test('gives pieces no faster than they are read, and none once the caller is gone', async () => {
    const COUNT = 1_000;
    let given = 0;
    let isOver = false;
    const pieces = async function* () {
      try {
        for (; given < COUNT; given++) yield Buffer.alloc(100_000);
      } finally {
        isOver = true;
      }
    };
    server.on('/pieces', () => ({ pieces: pieces() }));
    const answer = await fetch(`${server.url}/pieces`);
    await answer.body?.cancel();
    await waitUntil('nothing more to be given', () => isOver);
    expect(given).toBeLessThan(COUNT);
  });
});
