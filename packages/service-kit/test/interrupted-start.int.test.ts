import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defineRequest, newId, Present, RollCall } from '@millrace/contracts';
import { connectBus, silentLogger } from '@millrace/messaging';
import { freePort, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import type { ReadyReport } from '../src/health.js';

/* NATS ends while a service starts, which is a process of its own: its module is made by then, and it takes no work yet. */

const Ask = defineRequest({ subject: 'interrupted.ask', question: z.object({}), answer: z.object({}) });

let nats: OwnServer;
let service: ChildProcess;
let ended: Promise<unknown[]>;
let health: string;
let lines: { msg: string }[];

beforeEach(async () => {
  nats = await startNats();
  const port = await freePort();
  health = `http://127.0.0.1:${port}/health/ready`;
  lines = [];
  const args = [join(__dirname, 'interrupted-service.mjs'), nats.url, String(port)];
  service = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  ended = once(service, 'exit');
  createInterface({ input: service.stdout! }).on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[0]));
  await waitUntil('its module to be made', () => lines.some(({ msg }) => msg === 'ready for the interruption'));
  await nats.kill();
  await waitUntil('it to say what it waits for', async () => {
    const { checks } = await report();
    return checks['nats']?.detail === 'not connected';
  });
});
afterEach(async () => {
  service.kill('SIGKILL');
  await nats.stop();
});

async function report(): Promise<ReadyReport> {
  if (service.exitCode !== null) throw new Error(`The service ended with ${service.exitCode}`);
  return (await (await fetch(health)).json()) as ReadyReport;
}

test('a service that starts while NATS ends is ready once it is back', async () => {
  expect((await report()).checks).toMatchObject({ service: { status: 'down', detail: 'starting' } });
  await nats.restart();
  await waitUntil('the service to be ready', async () => (await report()).status === 'up');

  const bus = await connectBus({ url: nats.url, name: 'asking', logger: silentLogger });
  expect(await bus.request(Ask, {})).toEqual({});
  const present: string[] = [];
  await bus.hear(Present, { heard: (_, open) => void open().then(({ service: name }) => present.push(name)) });
  await bus.tell(RollCall, { call_id: newId('event') });
  await waitUntil('it to reply to a roll call', () => present.includes('interrupted'));
  await bus.close();

  service.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('SIGTERM ends a service that waits for NATS at its start, as one that runs', async () => {
  service.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(lines.map(({ msg }) => msg)).not.toContain("interrupted can't start");
});
