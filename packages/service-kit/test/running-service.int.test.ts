import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreditsNoted, defineRequest, newId } from '@millrace/contracts';
import { connectBus, setTracing, silentLogger, tracedFrom, tracing, type NatsBus } from '@millrace/messaging';
import { FakeHttpServer, freePort, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import { startSdk } from '../src/tracing/sdk.js';

/* What every service has beside its own work, by one that runs as a process of its own. */

const Ask = defineRequest({ subject: 'patient.ask', question: z.object({}), answer: z.object({}) });
const TOKEN = 'a-token-of-profiles-that-nobody-may-read';

let nats: OwnServer;
let collector: FakeHttpServer;
let bus: NatsBus;
let stopTracing: () => Promise<void>;
let service: ChildProcess;
let health: string;
const lines: { msg: string; traceId?: string }[] = [];

beforeAll(async () => {
  [nats, collector] = await Promise.all([startNats(), FakeHttpServer.start()]);
  bus = await connectBus({ url: nats.url, name: 'asking', logger: silentLogger });
  const started = startSdk(
    { service: 'asking', endpoint: collector.url, headers: {}, ratio: 1 },
    silentLogger as never,
  );
  setTracing(started.tracing);
  stopTracing = started.stop;

  const port = await freePort();
  health = `http://127.0.0.1:${port}/health`;
  const args = [join(__dirname, 'patient-service.mjs'), nats.url, String(port), collector.url, TOKEN];
  service = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface({ input: service.stdout! }).on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[0]));
  await waitUntil('the service to be ready', () => readiness().then((status) => status === 'up', () => false)); // prettier-ignore
});
afterAll(async () => {
  service.kill('SIGKILL');
  setTracing(undefined);
  await stopTracing();
  await bus.close();
  await Promise.all([nats.stop(), collector.stop()]);
});

async function readiness(): Promise<string> {
  const report = (await (await fetch(`${health}/ready`)).json()) as { status: string };
  return report.status;
}
const said = (msg: string) => lines.filter((line) => line.msg === msg);
/** Does something as a trace, and returns its id. */
const inTrace = (work: () => Promise<unknown>): Promise<string | undefined> =>
  tracedFrom('work', {}, async () => {
    const id = tracing()?.current?.traceparent.split('-')[1];
    await work();
    return id;
  });
const publish = () =>
  bus.publish(CreditsNoted, { organisation_id: newId('organisation'), note_id: '1', at: new Date().toISOString() });

test('its details show the settings that are to be alike in all services, and no secret', async () => {
  const text = await (await fetch(`${health}/details`)).text();
  expect(JSON.parse(text)).toMatchObject({ settings: { MILLRACE_ACK_WAIT_SECONDS: 17, MILLRACE_NATS_REPLICAS: 1 } });
  expect(text).not.toContain(TOKEN);
});

test('a question that it is asked takes the trace along, and the lines about it say which', async () => {
  const trace = await inTrace(() => bus.request(Ask, {}));
  expect(trace).toMatch(/^[0-9a-f]{32}$/);
  await waitUntil('its line', () => said('a question is replied to').length > 0);
  expect(said('a question is replied to')).toMatchObject([{ traceId: trace }]);
});

test('a message that it gets takes the trace along, and from SIGTERM on it is not ready, while it finishes that', async () => {
  const trace = await inTrace(publish);
  await waitUntil('the message to be worked on', () => said('a message is worked on').length > 0);
  expect(said('a message is worked on')).toMatchObject([{ traceId: trace }]);

  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await waitUntil('it not to be ready', async () => (await readiness()) === 'stopping');
  service.kill('SIGUSR2');
  expect(await ended).toEqual([0, null]);
  const state = await bus.connection.request('$JS.API.CONSUMER.INFO.EVENTS.credits');
  expect(state.json()).toMatchObject({ num_ack_pending: 0, ack_floor: { consumer_seq: 1 } });
});
