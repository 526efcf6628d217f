import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { JournalEntry, journalStreamOf, type JournalBatch } from '@millrace/contracts';
import { aJournalEntry, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, HEADERS, silentLogger, type NatsBus } from '../src/index.js';

const ACK_WAIT_MS = 1_000;
/** Two deaths in a batch, then three alone. */
const DEATHS = 5;

let nats: OwnServer;
let bus: NatsBus;
let child: ChildProcess | undefined;
let stopped = false;

beforeEach(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'history', logger: silentLogger });
});
afterEach(async () => {
  stopped = true;
  child?.kill('SIGKILL');
  await bus.close();
  await nats.stop();
});

test('what a process dies of whenever it meets it is given up, and nothing else is', async () => {
  const entries: JournalBatch[] = [];
  while (entries.length < 20) {
    const entry = aJournalEntry();
    if (journalStreamOf(entry.execution_id) === 0) entries.push(entry);
  }
  const poison = entries[7] as JournalBatch;
  for (const entry of entries) await bus.publish(JournalEntry, entry);

  let output = '';
  let deaths = 0;
  const isOver = () => stopped || output.includes('given-up') || deaths > DEATHS + 3;
  const live = async (): Promise<void> => {
    while (!isOver()) {
      child = spawn(
        process.execPath,
        [join(__dirname, 'batch-process.mjs'), nats.url, String(ACK_WAIT_MS), poison.execution_id],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      if (signal === 'SIGKILL') deaths++;
    }
  };
  void live();
  await waitUntil('the poison to be given up', isOver, 100_000);
  const manager = await jetstreamManager(bus.connection);
  const settled = async () => (await manager.consumers.info('JOURNAL_0', 'history')).ack_floor.stream_seq;
  await waitUntil('all to be settled', async () => (await settled()) === 20 || deaths > DEATHS, 20_000);

  expect(deaths).toBe(DEATHS);
  expect(output.match(/^given-up .*$/gm)).toEqual([`given-up 8 ${JournalEntry.subject(poison)}`]);
  const done = new Set([...output.matchAll(/^done (.*)$/gm)].map(([, id]) => id));
  expect(entries.filter(({ execution_id }) => !done.has(execution_id))).toEqual([poison]);
  expect((await manager.streams.info('DLQ')).state.messages).toBe(1);
  const letter = await manager.streams.getMessage('DLQ', { seq: 1 });
  expect(letter?.header.get(HEADERS.reason)).toContain('died 3 times');
});
