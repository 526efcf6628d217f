import zlib from 'node:zlib';
import { startGateway, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

describe('what the API says about itself', () => {
  const files = ['/openapi.json', '/v1/step-types', '/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js'];
  const ask = (path: string, headers: Record<string, string>) => fetch(gateway.url + path, { headers });

  it.each(files)('%s is not sent again to a client that has it', async (path) => {
    for (const encoding of ['gzip', 'identity']) {
      const first = await ask(path, { 'accept-encoding': encoding });
      const tag = first.headers.get('etag') ?? '';
      expect((await first.text()).length).toBeGreaterThan(0);
      // `fetch` would ask for all of it, since it keeps nothing.
      const client = await RawClient.open(gateway.url);
      const head = [`GET ${path} HTTP/1.1`, 'Host: x', `Accept-Encoding: ${encoding}`];
      client.head(...head, `If-None-Match: ${tag}`).head(...head, 'If-None-Match: "another"');
      expect(await client.answers(2)).toEqual([304, 200]);
      expect(client.received.slice(0, client.received.indexOf('\r\n\r\n'))).toContain(`ETag: ${tag}`);
      client.end();
    }
  });

  it('is compressed once, and sent so to those who read that', async () => {
    const compress = jest.spyOn(zlib, 'gzip');
    const plain = await ask('/openapi.json', { 'accept-encoding': 'identity' });
    const refused = await ask('/openapi.json', { 'accept-encoding': 'gzip;q=0' });
    const packed = await ask('/openapi.json', { 'accept-encoding': 'br, gzip' });
    expect([plain, refused, packed].map(({ headers }) => headers.get('content-encoding'))).toEqual([
      null,
      null,
      'gzip',
    ]);
    const length = ({ headers }: Response) => Number(headers.get('content-length'));
    expect(length(packed)).toBeLessThan(length(plain) / 5);
    for (const { headers } of [plain, packed]) expect(headers.get('vary')).toContain('Accept-Encoding');
    expect(packed.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    const text = await plain.text();
    expect(await packed.text()).toBe(text);
    expect(await refused.text()).toBe(text);
    expect(compress).not.toHaveBeenCalled();
  });
});
