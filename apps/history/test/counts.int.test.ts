import { sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import { newId } from '@millrace/contracts';
import { CountsRepository, type Start } from '../src/counts/counts.repository.js';
import { createHistory, type History } from './start-history.js';

describe('counts', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let counts: CountsRepository;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.database.asPromise();
    counts = history.app.get(CountsRepository);
    await counts.createIndexes();
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const organisationId = newId('organisation');
  const starts = (workflowId: string, from: number, to: number): Start[] =>
    Array.from({ length: to - from }, (_, index) => ({
      organisationId,
      workflowId,
      shard: (from + index) % 2,
      sequence: from + index,
      executionId: idAt(from + index),
    }));
  const idAt = (number: number) => `exec_${String(number).padStart(26, '0')}`;
  const count = async (workflowId: string) => (await counts.count(organisationId, [workflowId]))[workflowId];
  const [long, now, soon] = [new Date(2026, 0, 1), new Date(2026, 0, 2), new Date(2026, 0, 3)];
  const blocks = (workflowId: string) =>
    history.database.collection('execution_count_blocks').countDocuments({ wf: workflowId });

  it('do not change when starts are added again, in other portions', async () => {
    const workflowId = newId('workflow');
    await counts.add(starts(workflowId, 0, 10_000), now);
    await counts.add(starts(workflowId, 5_000, 7_000), now);
    await counts.add(starts(workflowId, 9_000, 11_000), now);
    expect(await count(workflowId)).toBe(11_000);
  });

  it('are the same after folding, and rise after it', async () => {
    const workflowId = newId('workflow');
    await counts.add(starts(workflowId, 0, 9_000), long);
    await counts.fold(now);
    expect(await blocks(workflowId)).toBe(0);
    expect(await count(workflowId)).toBe(9_000);
    await counts.add(starts(workflowId, 9_000, 9_500), now);
    expect(await count(workflowId)).toBe(9_500);
    await counts.fold(soon);
    expect(await count(workflowId)).toBe(9_500);
  });

  it('are right while a fold that was cut short waits to be finished', async () => {
    const workflowId = newId('workflow');
    await counts.add(starts(workflowId, 0, 6_000), long);
    const collection = history.database.collection('execution_count_blocks');
    const before = await collection.find({ wf: workflowId }).toArray();
    await counts.fold(now);
    // As if the process had died between counting the sets and taking them out of their blocks.
    await collection.insertMany(before);
    await history.database
      .collection<{ _id: string }>('execution_count_totals')
      .updateOne(
        { _id: workflowId },
        { $set: { folding: before.map((block) => ({ id: block._id, bits: block.bits as unknown })) } },
      );
    expect(await count(workflowId)).toBe(6_000);
    // A late start of a block that is being folded.
    await counts.add([{ organisationId, workflowId, shard: 0, sequence: 1, executionId: idAt(1) }], now);
    expect(await count(workflowId)).toBe(6_001);
    await counts.fold(now);
    expect(await count(workflowId)).toBe(6_001);
    await counts.fold(soon);
    expect(await count(workflowId)).toBe(6_001);
    expect(await blocks(workflowId)).toBe(0);
  });

  it('stay right while starts are added and several replicas fold at once', async () => {
    const workflowId = newId('workflow');
    const all = starts(workflowId, 0, 20_000);
    await counts.add(
      all.filter((_, index) => index % 3 === 0),
      long,
    );
    const late = all.filter((_, index) => index % 3 !== 0);
    const adding = (async () => {
      for (let from = 0; from < late.length; from += 500) await counts.add(late.slice(from, from + 500), now);
    })();
    const folding = Array.from({ length: 3 }, async () => {
      for (let round = 0; round < 20; round++) await counts.fold(now);
    });
    const seen: number[] = [];
    for (let round = 0; round < 30; round++) seen.push((await count(workflowId)) ?? 0);
    await Promise.all([adding, ...folding]);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(await count(workflowId)).toBe(20_000);
    await counts.fold(soon);
    expect(await count(workflowId)).toBe(20_000);
    expect(await blocks(workflowId)).toBe(0);
  });

  it('know the last execution, whatever the order in which they come, and after folding too', async () => {
    const workflowId = newId('workflow');
    const last = async () => (await counts.activity(organisationId, [workflowId])).last.get(workflowId);
    expect(await last()).toBeUndefined();
    await counts.add(starts(workflowId, 8_000, 8_010), long);
    await counts.add(starts(workflowId, 100, 200), long);
    expect(await last()).toBe(idAt(8_009));
    await counts.fold(now);
    expect([await blocks(workflowId), await last()]).toEqual([0, idAt(8_009)]);
    await counts.add(starts(workflowId, 200, 300), now);
    await counts.fold(soon);
    expect(await last()).toBe(idAt(8_009));
    expect((await counts.activity(newId('organisation'), [workflowId])).last.size).toBe(0);
  });
});
