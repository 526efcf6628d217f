import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RunRequested } from '@millrace/contracts';
import { FakeHttpServer, FakeSmtpServer, freePort, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { aRequest, connectClient, eventsAtEnd, startExecution, workflowOf } from './executor.fixture.js';
import { chatAnswer } from './support/model-answers.js';

const main = join(__dirname, '../dist/program/main.js');
let nats: OwnServer;
const processes: ChildProcess[] = [];

beforeAll(async () => {
  nats = await startNats();
});

// One that goes on would take what is meant for the next.
afterEach(() => processes.splice(0).forEach((child) => child.kill('SIGKILL')));

afterAll(async () => {
  await nats.stop();
});

async function start(
  environment: Record<string, string>,
  flags: readonly string[] = [],
): Promise<{ child: ChildProcess; port: number; output: () => string }> {
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    MILLRACE_HEALTH_PORT: String(port),
    MILLRACE_NATS_URL: nats.url,
    ...environment,
  };
  const child = spawn(process.execPath, [...flags, main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  processes.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, port, output: () => text };
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

describe('the executor process', () => {
  it('is ready, runs, exposes its metrics, and stops in order', async () => {
    const { child, port, output } = await start({});
    await waitUntil('it is ready', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200);
    const bus = await connectClient(nats.url);
    const request = await startExecution(
      bus,
      workflowOf([{ id: 'say', type: 'transform', config: { output: 'hello' } }]),
    );
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'hello' });
    await bus.close();
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toMatch(/millrace_executions_total\{status="completed",service="executor"\} 1/);
    expect(metrics).toMatch(/millrace_steps_total\{type="transform",result="completed",service="executor"\} 1/);
    const exit = exitOf(child);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(output()).not.toMatch(/"level":"(error|fatal)"/);
  });

  it('has loaded at its start what its steps need: its files may be replaced while it runs', async () => {
    const noting = ['--import', pathToFileURL(join(__dirname, 'note-modules.mjs')).href];
    const model = await FakeHttpServer.start();
    model.otherwise(chatAnswer('{"fine": true}'));
    const smtp = await FakeSmtpServer.start();
    const own = { type: 'openai_compatible', base_url: `${model.url}/v1`, api_key: 'sk-1', models: ['m'] };
    const settings = {
      MILLRACE_HTTP_ALLOWED_HOSTS: '127.0.0.1',
      MILLRACE_AI_PROVIDERS: JSON.stringify({ own }),
      MILLRACE_SMTP_URL: `smtp://127.0.0.1:${smtp.port}?tls=none`,
      MILLRACE_MAIL_FROM: 'Example <no-reply@example.com>',
    };
    const { output } = await start(settings, noting);
    const loaded = (): string[] => output().match(/^loads file:.*$/gm) ?? [];
    await waitUntil('it runs', () => output().includes('executor is running'), 60_000);
    const before = loaded();
    expect(before.some((file) => file.endsWith('/dist/program/main.js'))).toBe(true);
    const auth = { type: 'aws_sigv4', access_key_id: 'a', secret_access_key: 'b', region: 'c', service: 'd' };
    const steps = [
      { id: 'ask', type: 'ai_completion', config: { prompt: 'Well?', response_schema: { type: 'object' } } },
      { id: 'sign', type: 'http', config: { url: `${model.url}/signed`, auth } },
      { id: 'send', type: 'email', config: { to: 'ada@example.com', subject: 'x', markdown: '**y**' } },
    ];
    const bus = await connectClient(nats.url);
    const events = await eventsAtEnd(bus, await startExecution(bus, workflowOf(steps)));
    // The whole of it is shown when it is another one.
    expect(events.at(-1)).toEqual(expect.objectContaining({ type: 'completed' }));
    await bus.close();
    await Promise.all([model.stop(), smtp.stop()]);
    expect(loaded().slice(before.length)).toEqual([]);
  });

  it('reaches hosts by the routes of the organisation', async () => {
    const proxy = await FakeHttpServer.start();
    proxy.otherwise(({ path }) => ({ body: { asked: path } }));
    const url = 'http://service.invalid:8080/items';
    const document = workflowOf([{ id: 'call', type: 'http', config: { url }, retry: { max_attempts: 1 } }]);
    const bus = await connectClient(nats.url);
    const [own, others] = [await aRequest(bus, document), await aRequest(bus, document)];
    const rule = { organisations: [own.organisation_id], hosts: ['*.invalid'], proxy: proxy.url };
    const { output } = await start({ MILLRACE_HTTP_ROUTES: JSON.stringify([rule]) });
    await waitUntil('it runs', () => output().includes('executor is running'), 60_000);
    for (const request of [own, others]) await bus.publish(RunRequested, request);
    expect((await eventsAtEnd(bus, own)).at(-1)).toMatchObject({ type: 'completed', output: { body: { asked: url } } });
    expect((await eventsAtEnd(bus, others)).at(-1)).toMatchObject({ error: { code: 'HTTP_REQUEST_FAILED' } });
    expect(proxy.calls).toHaveLength(1);
    await bus.close();
    await proxy.stop();
  });

  it('lists every problem of its configuration and does not start', async () => {
    const { child, output } = await start({
      MILLRACE_EXECUTOR_CONCURRENCY: '1',
      MILLRACE_HTTP_ALLOWED_HOSTS: 'http://x',
      MILLRACE_HTTP_ROUTES: '[{"proxy": "socks5://x"}]',
    });
    expect(await exitOf(child)).toBe(1);
    expect(output()).toContain('MILLRACE_EXECUTOR_CONCURRENCY');
    expect(output()).toContain('MILLRACE_HTTP_ALLOWED_HOSTS "http://x" is no host name');
    expect(output()).toContain('MILLRACE_HTTP_ROUTES.0.proxy must be a URL such as');
  });
});
