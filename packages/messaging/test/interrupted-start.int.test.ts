import { Controller, Inject, type OnModuleInit } from '@nestjs/common';
import { defineRequest, RollCall, RunRequested } from '@millrace/contracts';
import { aRunRequest, freePort, startNats, TcpProxy, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import {
  BUS,
  connectBus,
  OnRequest,
  silentLogger,
  TOPOLOGY,
  TopologyError,
  type Bus,
  type Logger,
} from '../src/index.js';
import { startService } from './start-service.js';

/* NATS ends while a process that connects to it has asked for something, and comes back some time later. */

const AGAIN = 'NATS went away while its streams were being checked; connecting again';

const Ask = defineRequest({ subject: 'interrupted.ask', question: z.object({}), answer: z.object({}) });

let nats: OwnServer;
let monitor: string;
let proxy: TcpProxy;
let warnings: string[];
let logger: Logger;

beforeEach(async () => {
  const [port, http] = await Promise.all([freePort(), freePort()]);
  const configuration = [
    `listen: "127.0.0.1:${port}"`,
    `http: "127.0.0.1:${http}"`,
    'jetstream { store_dir: "<data>", max_file_store: 1G }',
  ];
  nats = await startNats({ port, given: { files: { 'nats.conf': `${configuration.join('\n')}\n` }, env: {} } });
  monitor = `http://127.0.0.1:${http}`;
  proxy = await TcpProxy.start(nats.url);
  warnings = [];
  logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
});
afterEach(async () => {
  await proxy.stop();
  await nats.stop();
});

async function connectionsOf(name: string): Promise<number> {
  const { connections } = (await (await fetch(`${monitor}/connz`)).json()) as { connections: { name?: string }[] };
  return connections.filter((connection) => connection.name === name).length;
}

test.each([
  ['subscribes to changes of snapshots', 'SUB snapshots.>'],
  ['reads which streams the journal has', '$JS.API.STREAM.MSG.GET.LAYOUT'],
])('a process that connects and %s while NATS ends begins again', async (_, request) => {
  const cut = proxy.cutAt(request, 1);
  const connecting = connectBus({ url: proxy.url('nats'), name: 'interrupted', logger });
  await Promise.race([cut, connecting]);
  await nats.kill();
  await Promise.race([waitUntil('it to begin again', () => warnings.includes(AGAIN)), connecting]);
  await nats.restart();

  const bus = await connecting;
  const run = aRunRequest();
  await bus.publish(RunRequested, run);
  expect((await bus.lastOnSubject(RunRequested, run))?.payload).toEqual(run);
  expect(await connectionsOf('interrupted')).toBe(1);
  await bus.close();
  await waitUntil('no connection to be left', async () => (await connectionsOf('interrupted')) === 0);
});

test('what is listened to while the connection is lost is heard once NATS is back', async () => {
  const bus = await connectBus({ url: proxy.url('nats'), name: 'interrupted', logger });
  await nats.kill();
  await waitUntil('the connection to be lost', () => !bus.status().connected);
  const heard: string[] = [];
  const begun = Promise.all([
    bus.listen(RunRequested, { heard: (id) => void heard.push(id), missed: () => undefined }),
    bus.hear(RollCall, { patient: true, heard: (subject) => void heard.push(subject) }),
  ]);
  await expect(bus.hear(RollCall, { heard: () => undefined })).rejects.toThrow('connection disconnected');
  await nats.restart();
  await begun;
  await bus.publish(RunRequested, aRunRequest(), { messageId: 'a message' });
  await bus.tell(RollCall, { call_id: 'a-call' });
  await waitUntil('both', () => heard.includes('a message') && heard.includes(RollCall.subject(null)));
  await bus.close();
});

test('who begins to listen while the connection is lost gets an error when it is closed', async () => {
  const bus = await connectBus({ url: proxy.url('nats'), name: 'interrupted', logger });
  await nats.kill();
  await waitUntil('the connection to be lost', () => !bus.status().connected);
  const listening = bus.listen(RunRequested, { heard: () => undefined, missed: () => undefined });
  await Promise.all([expect(listening).rejects.toThrow('closed connection'), bus.close()]);
});

test('a service that begins to take questions while NATS ends takes them once it is back', async () => {
  let ends = (): void => undefined;
  const ended = new Promise<void>((resolve) => (ends = resolve));
  @Controller()
  class Asked implements OnModuleInit {
    constructor(@Inject(BUS) private readonly bus: Bus) {}

    async onModuleInit(): Promise<void> {
      await nats.kill();
      await waitUntil('the connection to be lost', () => !this.bus.status().connected);
      ends();
    }

    @OnRequest(Ask)
    ask(): Record<string, never> {
      return {};
    }
  }
  const starting = startService({ url: nats.url, name: 'interrupted', controllers: [Asked] });
  await Promise.race([ended, starting]);
  await nats.restart();
  const service = await starting;
  expect(await service.bus.request(Ask, {})).toEqual({});
  await service.close();
});

test('a set-up that waiting does not fix is not waited for', async () => {
  const streams = TOPOLOGY.streams.map((stream) =>
    stream.name === 'DLQ' ? { ...stream, retention: 'workqueue' as const } : stream,
  );
  const options = { url: proxy.url('nats'), name: 'interrupted', logger };
  await (await connectBus(options)).close();
  await expect(connectBus({ ...options, topology: { ...TOPOLOGY, streams } })).rejects.toBeInstanceOf(TopologyError);
  expect(warnings).not.toContain(AGAIN);
});
