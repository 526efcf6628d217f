import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { registry } from '../metrics.js';
import { startSdk, type TracesTo } from './sdk.js';

/** What came: the path, the headers, and the JSON. */
let received: { path: string | undefined; key: unknown; text: string }[] = [];
let status = 200;
let server: Server;
let to: TracesTo;
let lines: string[] = [];
const logger = {
  warn: (_: object, line: string) => lines.push(line),
  info: (line: string) => lines.push(line),
} as never;

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      received.push({ path: request.url, key: request.headers['x-key'], text });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
  to = { service: 'executor', endpoint, headers: { 'x-key': 'k1' }, ratio: 1 };
});
beforeEach(() => {
  received = [];
  lines = [];
  status = 200;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function counted(outcome: string): Promise<number> {
  const [metric] = (await registry.getMetricsAsJSON()).filter(({ name }) => name === 'millrace_trace_spans_total');
  return metric?.values.find(({ labels }) => labels['outcome'] === outcome)?.value ?? 0;
}

test('the last spans are sent before the process ends, with the name of the service and the key', async () => {
  const { tracing, stop } = startSdk(to, logger);
  tracing.root('work').end();
  await stop();
  expect(received).toMatchObject([{ path: '/base/v1/traces', key: 'k1' }]);
  const [{ text = '' } = {}] = received;
  expect(text).toContain('"name":"work"');
  expect(text).toContain('{"key":"service.name","value":{"stringValue":"executor"}}');
  expect(await counted('sent')).toBe(1);
});

test('what is not to be made is not sent', async () => {
  const { tracing, stop } = startSdk({ ...to, ratio: 0 }, logger);
  tracing.root('work').end();
  await stop();
  expect(received).toEqual([]);
});

test('spans that nobody takes are counted, and said once; work does not notice', async () => {
  status = 400;
  const { tracing, stop } = startSdk(to, logger);
  tracing.root('one').end();
  tracing.root('two').end();
  await stop();
  expect(await counted('lost')).toBe(2);
  expect(lines).toEqual(['Traces could not be sent and are lost; is MILLRACE_OTLP_ENDPOINT right?']);
});
