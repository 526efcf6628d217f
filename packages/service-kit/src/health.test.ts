import { connect } from 'node:net';
import { alikeSettings } from './alike-settings.js';
import { HealthServer, type HealthCheck } from './health.js';
import { gaugeOf } from './metrics.js';

async function ask(
  checks: Record<string, HealthCheck>,
  optional: string[],
  path: string,
  prepare?: (server: HealthServer) => void,
): Promise<{ status: number; text: string }> {
  const server = new HealthServer('history', checks, optional);
  const port = await server.listen(0, '127.0.0.1');
  try {
    prepare?.(server);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  } finally {
    await server.close();
  }
}

const up: HealthCheck = () => ({ up: true });
const down: HealthCheck = () => ({ up: false, detail: 'not connected' });

describe('HealthServer', () => {
  it('is ready when all checks are', async () => {
    expect(await ask({ nats: up }, [], '/health/ready')).toEqual({
      status: 200,
      text: '{"status":"up","service":"history","checks":{"nats":{"status":"up"}}}',
    });
  });

  it('reports which dependency is down', async () => {
    const { status, text } = await ask({ nats: up, mongodb: down }, [], '/health/ready');
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      status: 'down',
      checks: { nats: { status: 'up' }, mongodb: { status: 'down', detail: 'not connected' } },
    });
  });

  it('is ready without what it can do without, and shows it', async () => {
    const { status, text } = await ask({ nats: up, redis: down }, ['redis'], '/health/ready');
    expect(status).toBe(200);
    expect(text).toContain('"redis":{"status":"down"');
  });

  it('takes a check that throws or hangs as down', async () => {
    const throws: HealthCheck = () => Promise.reject(new Error('refused'));
    const hangs: HealthCheck = () => new Promise(() => undefined);
    const { status, text } = await ask({ throws, hangs }, [], '/health/ready');
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ checks: { throws: { detail: 'refused' }, hangs: { status: 'down' } } });
  });

  it('is live, but not ready, while it stops', async () => {
    const stopping = (server: HealthServer): void => server.markStopping();
    expect((await ask({ nats: up }, [], '/health/live', stopping)).status).toBe(200);
    expect(await ask({ nats: up }, [], '/health/ready', stopping)).toMatchObject({
      status: 503,
      text: expect.stringContaining('stopping'),
    });
  });

  it('is live, but not ready, once it is drained, and asks nothing that it does not need any more', async () => {
    const drained = (server: HealthServer): void => server.markDrained();
    expect((await ask({ mongodb: down }, [], '/health/live', drained)).status).toBe(200);
    expect(await ask({ mongodb: down }, [], '/health/ready', drained)).toEqual({
      status: 503,
      text: '{"status":"drained","service":"history","checks":{}}',
    });
  });

  it('has metrics in the format of Prometheus, and says what else it has', async () => {
    expect((await ask({}, [], '/metrics')).status).toBe(200);
    expect(await ask({}, [], '/')).toMatchObject({ status: 404, text: expect.stringContaining('/health/ready') });
  });

  it('shows settings that all processes have to have alike, also while the rest cannot be found out', async () => {
    const { text } = await ask({}, [], '/health/details', (server) => {
      server.settings = alikeSettings({ MILLRACE_NATS_REPLICAS: 3, MILLRACE_HEALTH_PORT: 8080 });
      server.moreDetails = () => Promise.reject(new Error('not connected'));
    });
    expect(JSON.parse(text)).toMatchObject({ settings: { MILLRACE_NATS_REPLICAS: 3 }, failure: 'not connected' });
    expect(text).not.toContain('8080');
  });

  it('says of what cannot be read that it cannot, and goes on', async () => {
    let isBroken = true;
    gaugeOf('millrace_test_broken', 'What cannot be read at first.', () => {
      if (isBroken) throw new Error('not to be read');
      return 1;
    });
    const server = new HealthServer('history', {});
    try {
      const url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
      const get = (path: string) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) });
      const refused = await get('/metrics');
      expect({ status: refused.status, body: await refused.json() }).toEqual({
        status: 500,
        body: { error: 'not to be read' },
      });
      server.moreDetails = () => Promise.resolve({ tooLarge: 1n });
      expect((await get('/health/details')).status).toBe(500);
      isBroken = false;
      expect(await (await get('/metrics')).text()).toContain('millrace_test_broken 1');
    } finally {
      isBroken = false;
      await server.close();
    }
  });

  it('renders metrics once for all who ask at once, refuses what one connection asks beyond its share, and is fresh later', async () => {
    let renderings = 0;
    gaugeOf('millrace_test_renderings', 'How often metrics were rendered.', () => ++renderings);
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    const server = new HealthServer('history', {});
    try {
      const port = await server.listen(0, '127.0.0.1');
      expect(await statusesOf(port, '/metrics', 300)).toEqual({ 200: 100, 503: 200 });
      expect(renderings).toBe(1);
      now = 15_000;
      const response = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect(await response.text()).toContain('millrace_test_renderings 2');
    } finally {
      clock.mockRestore();
      await server.close();
    }
  });
});

/** How often each status is the answer to requests that are sent at once on one connection. */
async function statusesOf(port: number, path: string, requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`.repeat(requests)),
    );
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      if ((received.match(/^HTTP\/1\.1 /gm) ?? []).length === requests) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      for (const [, status = ''] of received.matchAll(/^HTTP\/1\.1 (\d+)/gm))
        counts[status] = (counts[status] ?? 0) + 1;
      resolve();
    });
  });
  return counts;
}
