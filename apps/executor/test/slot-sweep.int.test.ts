import { JournalEntry, newId } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import { silentLogger } from '@millrace/service-kit/logging';
import { startNats, type OwnServer } from '@millrace/testing';
import { ConcurrencySlots, groupOf } from '../src/concurrency/concurrency-slots.js';
import { SlotSweep } from '../src/concurrency/slot-sweep.js';
import { connectClient } from './executor.fixture.js';

let nats: OwnServer;
let bus: NatsBus;
let slots: ConcurrencySlots;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  slots = new ConcurrencySlots(bus, new JournalAsides(bus, silentLogger()));
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const organisation_id = newId('organisation');
const workflow_id = newId('workflow');
const at = new Date().toISOString();
const LIMIT = { limit: 2, onConflict: 'queue' } as const;

/** An execution whose journal has its beginning, and its end. */
async function anExecution(hasEnded: boolean): Promise<string> {
  const execution_id = newId('execution');
  const beginning = { accepted_at: at, workflow_id, version: 1, trigger: { type: 'api' } as const, input: null };
  const events = [
    { type: 'started', at, ...beginning } as const,
    ...(hasEnded ? [{ type: 'completed', at, output: null } as const] : []),
  ];
  await bus.publish(JournalEntry, { entry_id: newId('event'), organisation_id, execution_id, events });
  return execution_id;
}

const records = async (): Promise<number> => {
  const { state } = (await bus.connection.request('$JS.API.STREAM.INFO.KV_slots')).json<{
    state: { num_subjects: number };
  }>();
  return state.num_subjects ?? 0;
};

it('takes what nobody has given back out of records whose keys never come again, and leaves the others alone', async () => {
  const running = await anExecution(false);
  const alive = groupOf({ organisation_id, workflow_id }, 'alive');
  await slots.take(alive, running, LIMIT);
  await slots.take(alive, await anExecution(true), LIMIT);
  // More than one look is for.
  for (let n = 0; n < 60; n++) {
    const group = groupOf({ organisation_id, workflow_id }, `key ${n}`);
    await slots.take(group, await anExecution(true), { ...LIMIT, limit: 1 });
  }
  expect(await records()).toBe(61);
  const sweep = new SlotSweep(silentLogger(), bus);
  await sweep.sweep();
  expect(await records()).toBe(12);
  await sweep.sweep();
  expect(await records()).toBe(1);
  expect(await slots.has(alive, running)).toBe(true);
  // Another round begins.
  await sweep.sweep();
  expect(await slots.has(alive, running)).toBe(true);
});
