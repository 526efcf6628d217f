import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Controller, type Type } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import { EventOccurred, newId, RunRequested, type OccurredEvent, type RunRequest } from '@millrace/contracts';
import { aRunRequest, pauseProcess, startNats, uniqueName, waitUntil, type OwnServer } from '@millrace/testing';
import { OnMessage, TOPOLOGY } from '../src/index.js';
import { startService, type TestService } from './start-service.js';

/*
 * A server that has lost the newest messages of a stream, as by a loss of power, and kept what its consumers had taken: made by putting an earlier copy of the stream's messages back.
 */

/** Only Linux says where a server keeps its files. */
const onLinux = process.platform === 'linux' ? test : test.skip;
let taken: string[];

@Controller()
class EventsController {
  @OnMessage(EventOccurred, { group: 'webhook-dispatcher', concurrency: 8 })
  note({ event_id }: OccurredEvent): void {
    taken.push(event_id);
  }
}

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 8 })
  run({ execution_id }: RunRequest): void {
    taken.push(execution_id);
  }
}

let nats: OwnServer;
let service: TestService | undefined;

beforeEach(async () => {
  nats = await startNats();
  taken = [];
});
afterEach(async () => {
  await service?.close();
  await nats.stop();
});

/** Where the server that runs keeps the messages of a stream; it may have a file system of its own. */
function messagesOf(stream: string): string {
  const argv = readFileSync(`/proc/${nats.pid}/cmdline`, 'utf8').split('\0');
  const file = argv[argv.indexOf('--config') + 1] ?? '';
  return join(`/proc/${nats.pid}/root`, dirname(file), 'jetstream', '$G', 'streams', stream, 'msgs');
}

/** With the consumers of this one message. */
const open = (controller: Type, name: string, message: string) => {
  const consumers = TOPOLOGY.consumers.filter((consumer) => consumer.message === message);
  return startService({ url: nats.url, name, controllers: [controller], topology: { ...TOPOLOGY, consumers } });
};

/** Everything that `publish` stores is lost, as by a loss of power; who consumes has taken it, and their places are kept. */
async function loseWhatFollows(stream: string, publish: () => Promise<unknown>, settled: () => Promise<unknown>) {
  const copy = mkdtempSync(join(tmpdir(), 'millrace-places-'));
  cpSync(messagesOf(stream), copy, { recursive: true });
  await publish();
  await settled();
  // So that it writes nothing more.
  await pauseProcess(nats.pid);
  rmSync(messagesOf(stream), { recursive: true });
  cpSync(copy, messagesOf(stream), { recursive: true });
  rmSync(copy, { recursive: true });
  await nats.kill();
  await nats.restart();
}

/** All that was delivered is acknowledged. */
const settled = (stream: string, consumer: string) => async () =>
  waitUntil(`${consumer} has acknowledged all`, async () => {
    const manager = await jetstreamManager((service as TestService).bus.connection);
    const { num_ack_pending, num_pending, ack_floor, delivered } = await manager.consumers.info(stream, consumer);
    return num_ack_pending + num_pending === 0 && ack_floor.stream_seq === delivered.stream_seq;
  });

function anEvent(): OccurredEvent {
  const of = { organisation_id: 'org_places', workflow_id: null, type: 'workflow.paused', data: {} };
  return { event_id: uniqueName('event'), at: new Date().toISOString(), ...of };
}

onLinux('who takes from a stream that has lost its end is given what gets the lost places', async () => {
  service = await open(EventsController, 'webhook-dispatcher', 'EventOccurred');
  const publish = async (count: number): Promise<string[]> => {
    const events = Array.from({ length: count }, anEvent);
    for (const event of events) await service?.bus.publish(EventOccurred, event);
    return events.map(({ event_id }) => event_id);
  };
  const done = settled('EVENTS', 'outbound_occurred');
  await publish(3);
  await done();
  await loseWhatFollows('EVENTS', () => publish(5), done);
  const late = await waitUntil('events are taken again', () => publish(4).catch(() => null));
  await waitUntil('those in the lost places', () => late.every((id) => taken.includes(id)));
});

onLinux('who takes from a queue that has lost its end is given all that is in it', async () => {
  service = await open(RunsController, 'executor', 'RunRequested');
  const organisation_id = newId('organisation');
  const publish = async (count: number): Promise<string[]> => {
    const runs = Array.from({ length: count }, () =>
      aRunRequest({ organisation_id, execution_id: newId('execution') }),
    );
    for (const run of runs) await service?.bus.publish(RunRequested, run);
    return runs.map(({ execution_id }) => execution_id);
  };
  const done = async (): Promise<void> => {
    const manager = await jetstreamManager((service as TestService).bus.connection);
    await waitUntil('the queue is empty', async () => (await manager.streams.info('RUNS')).state.messages === 0);
  };
  await publish(3);
  await done();
  await loseWhatFollows('RUNS', () => publish(5), done);
  const late = await waitUntil('runs are taken again', () => publish(4).catch(() => null));
  await waitUntil('those in the lost places', () => late.every((id) => taken.includes(id)));
});
