import { LIMITS, newId, type FinishedExecution } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import type { mongo } from 'mongoose';
import { CountedEndsRepository } from '../src/stats/counted-ends.repository.js';
import { EndCounter } from '../src/stats/end-counter.js';
import { StatsRepository } from '../src/stats/stats.repository.js';
import { StatsCollections } from '../src/stats/stats-collections.js';
import { LeasesRepository } from '../src/upkeep/leases.repository.js';
import { announce, anEnd, at, DAY_MS, HOUR_MS, statsOf, TEN } from './stats.fixture.js';
import { createHistory, type History } from './start-history.js';

describe('figures of executions', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let bus: NatsBus;
  let organisation_id: string;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.app.listen();
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  beforeEach(() => {
    organisation_id = newId('organisation');
  });
  afterAll(async () => {
    await bus.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const counter = () => history.app.get(EndCounter);
  async function count(ends: readonly FinishedExecution[]): Promise<void> {
    for (const end of ends) await announce(bus, end);
    await caughtUp();
  }
  /** The service counts by itself too; whoever it is, the last announcement is counted in the end. */
  async function caughtUp(): Promise<void> {
    const marker = anEnd();
    await announce(bus, marker);
    while ((await statsOf(bus, { organisation_id: marker.organisation_id })).totals.total === 0)
      await counter().countBatch(Date.now());
  }
  const stored = (filter: object) => history.database.collection('execution_stats').find(filter).toArray();

  it('are counted by how executions ended, and by the hour or day in which they were accepted', async () => {
    const workflow_id = newId('workflow');
    const of = { organisation_id, workflow_id };
    await count([
      anEnd({ ...of, duration_ms: 20 }),
      anEnd({ ...of, duration_ms: 30, acceptedAt: TEN + HOUR_MS - 1 }),
      anEnd({ ...of, status: 'failed', duration_ms: 5_000, acceptedAt: TEN + HOUR_MS }),
      anEnd({ ...of, status: 'cancelled', duration_ms: 10, acceptedAt: TEN + DAY_MS }),
      anEnd({ organisation_id, duration_ms: 10 }),
    ]);
    const hours = await statsOf(bus, { ...of, to: at(35) });
    expect(hours).toMatchObject({ from: at(0), to: at(35), bucket: 'hour' });
    expect(hours.totals).toMatchObject({ total: 4, completed: 2, failed: 1, cancelled: 1 });
    expect(hours.buckets).toHaveLength(35);
    const none = { total: 0, completed: 0, failed: 0, cancelled: 0, duration_ms: null };
    expect(hours.buckets.slice(9, 12)).toEqual([
      { start: at(9), ...none },
      {
        start: at(10),
        ...{ total: 2, completed: 2, failed: 0, cancelled: 0 },
        duration_ms: { p50: 20, p95: 30, p99: 30 },
      },
      {
        start: at(11),
        ...{ total: 1, completed: 0, failed: 1, cancelled: 0 },
        duration_ms: expect.objectContaining({ p50: expect.any(Number) as number }) as object,
      },
    ]);
    expect(Math.abs((hours.totals.duration_ms?.p99 ?? 0) - 5_000)).toBeLessThan(5_000 * 0.04);

    const days = await statsOf(bus, { ...of, bucket: 'day', from: at(13), to: at(24.1) });
    expect(days.buckets.map(({ start, total }) => [start, total])).toEqual([
      [at(0), 3],
      [at(24), 1],
    ]);
    // The organisation's have those of its other workflow too.
    const all = await statsOf(bus, { organisation_id });
    expect(all.totals).toMatchObject({ total: 4, completed: 3, failed: 1 });
    expect(all).not.toHaveProperty('workflows');
  });

  it('count an end once that is announced twice, together or much later', async () => {
    const together = anEnd({ organisation_id });
    const later = anEnd({ organisation_id });
    await count([together, together, later]);
    await count([later, anEnd({ organisation_id })]);
    expect((await statsOf(bus, { organisation_id })).totals.total).toBe(3);
  });

  it('count every end of an earlier release, which does not say where it is in the journal', async () => {
    const { journal_sequence: _sequence, ...end } = anEnd({ organisation_id });
    await count([end, { ...end, execution_id: newId('execution') }]);
    expect((await statsOf(bus, { organisation_id })).totals.total).toBe(2);
  });

  it('leave out an end that only newer versions know', async () => {
    await count([anEnd({ organisation_id, status: 'evaporated' as 'failed' }), anEnd({ organisation_id })]);
    expect((await statsOf(bus, { organisation_id })).totals.total).toBe(1);
  });

  it('are right when several replicas count the same announcements at once', async () => {
    const ends = Array.from({ length: 1_200 }, () => anEnd({ organisation_id }));
    await Promise.all(ends.map((end) => announce(bus, end)));
    // As if the lease of each had run out while it was at work.
    const { position } = (await history.app.get(LeasesRepository).acquire('execution_stats', Date.now(), 60_000)) ?? {};
    const leases = { acquire: async () => ({ position: position ?? 0 }), advance: async () => undefined };
    const { app } = history;
    const other = new EndCounter(
      leases as unknown as LeasesRepository,
      app.get(StatsRepository),
      app.get(CountedEndsRepository),
      history.bus,
    );
    await Promise.all([1, 2, 3].map(() => other.countBatch(Date.now())));
    await caughtUp();
    expect((await statsOf(bus, { organisation_id })).totals.total).toBe(1_200);
  });

  it('count once what two replicas add at the same moment', async () => {
    const stats = history.app.get(StatsRepository);
    const end = { organisationId: organisation_id, workflowId: newId('workflow'), end: 'completed', acceptedAt: TEN } as const; // prettier-ignore
    const rounds = 30;
    for (let sequence = 1; sequence <= rounds; sequence++) {
      const add = () => stats.add([{ ...end, sequence, durationMs: 10 }], sequence);
      await Promise.all([add(), add()]);
      while (!(await add()));
    }
    expect((await statsOf(bus, { organisation_id })).totals.total).toBe(rounds);
  });

  it('tell the busiest workflows apart, and say that there are others', async () => {
    const busy = newId('workflow');
    const quiet = Array.from({ length: LIMITS.statsWorkflows }, () => newId('workflow'));
    await count([
      anEnd({ organisation_id, workflow_id: busy }),
      anEnd({ organisation_id, workflow_id: busy, status: 'failed' }),
      ...quiet.map((workflow_id) => anEnd({ organisation_id, workflow_id })),
      // Out of the range, however many.
      ...quiet.slice(0, 2).map((workflow_id) => anEnd({ organisation_id, workflow_id, acceptedAt: TEN - 3 * HOUR_MS })),
    ]);
    const range = { from: at(10), to: at(11), by_workflow: true };
    const stats = await statsOf(bus, { organisation_id, ...range });
    expect(stats.workflows).toHaveLength(LIMITS.statsWorkflows);
    expect(stats.more).toBe(true);
    expect(stats.workflows?.[0]).toMatchObject({
      workflow_id: busy,
      totals: { total: 2, completed: 1, failed: 1 },
      buckets: [{ total: 2 }],
    });
    expect(stats.workflows?.slice(1).map(({ totals }) => totals.total)).toEqual(quiet.slice(1).map(() => 1));
    expect((await statsOf(bus, { organisation_id: newId('organisation'), ...range })).workflows).toEqual([]);
  });

  it('by workflow are refused when more workflows ran than can be told apart', async () => {
    const most = LIMITS.statsWorkflowDays + 1;
    const day = at(0).slice(0, 10);
    for (let from = 0; from < most; from += 5_000)
      await history.database.collection<{ _id: string }>('execution_stats').insertMany(
        Array.from({ length: Math.min(5_000, most - from) }, (_, index) => {
          const wf = `wf_${organisation_id}_${from + index}`;
          return {
            _id: `${wf}:${day}`,
            org: organisation_id,
            wf,
            day,
            upto: 1,
            ends: { c1: 1 },
            durations: { c1_1: 1 },
          };
        }),
      );
    await expect(statsOf(bus, { organisation_id, by_workflow: true })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [{ path: 'from', message: expect.stringContaining('shorter range') as unknown }] },
    });
  });

  it('come from the database a few at a time', async () => {
    const day = at(0).slice(0, 10);
    const workflows = Array.from({ length: 600 }, (_, index) => `wf_${organisation_id}_${index}`);
    await history.database.collection<{ _id: string }>('execution_stats').insertMany(
      workflows.map((wf) => ({
        _id: `${wf}:${day}`,
        org: organisation_id,
        wf,
        day,
        upto: 1,
        ends: {},
        durations: {},
      })),
    );
    const mostAtOnce = async (read: AsyncIterable<unknown>) => {
      const most = { at: 0, all: 0 };
      for await (const _ of read) {
        most.all++;
        most.at = Math.max(most.at, 1 + (read as mongo.FindCursor).bufferedCount());
      }
      return most;
    };
    const stats = history.app.get(StatsRepository);
    const whole = await mostAtOnce(stats.ofDays(organisation_id, workflows, [day]));
    const ends = await mostAtOnce(stats.endsByWorkflow(organisation_id, day, day, 1_000));
    expect([whole.all, ends.all]).toEqual([600, 600]);
    expect(whole.at).toBeLessThan(50);
    expect(ends.at).toBeLessThan(300);
  });

  it('show nothing of another organisation, not even for its workflow', async () => {
    const workflow_id = newId('workflow');
    await count([anEnd({ organisation_id, workflow_id })]);
    const other = { organisation_id: newId('organisation') };
    expect((await statsOf(bus, { ...other, workflow_id })).totals.total).toBe(0);
    expect((await statsOf(bus, { ...other, workflow_id: organisation_id })).totals.total).toBe(0);
    expect((await statsOf(bus, other)).totals.total).toBe(0);
  });

  it.each([
    [{ from: at(24), to: at(23) }, 'from must be before to'],
    [{ from: at(-24 * 40) }, 'at most 744'],
    [{ from: at(-24 * 800), bucket: 'day' as const }, 'at most 744'],
    [{ from: at(-24 * 7), by_workflow: true }, 'at most 168'],
    [{ from: 'x' }, 'from must be before to'],
  ])('of %j are refused', async (range, message) => {
    await expect(statsOf(bus, { organisation_id, ...range })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { issues: [{ path: 'from', message: expect.stringContaining(message) as unknown }] },
    });
  });

  it('are by default of the last 24 hours, or 30 days', async () => {
    for (const [bucket, length] of [
      ['hour', 24],
      ['day', 30],
    ] as const) {
      const { buckets, to } = await statsOf(bus, { organisation_id, from: undefined, to: undefined, bucket });
      expect([buckets.length, Date.parse(to) > Date.now() - HOUR_MS]).toEqual([length, true]);
    }
  });

  it('are deleted when they are older than they are kept, and so is what was noted of their announcements', async () => {
    const old = Date.now() - 91 * DAY_MS;
    await count([anEnd({ organisation_id, acceptedAt: old }), anEnd({ organisation_id, acceptedAt: Date.now() })]);
    expect(await stored({ org: organisation_id, wf: null })).toHaveLength(2);
    await history.app.get(StatsCollections).expire(Date.now());
    expect(await stored({ org: organisation_id, wf: null })).toHaveLength(1);
    const noted = () => history.database.collection('counted_ends').countDocuments();
    expect(await noted()).toBeGreaterThan(0);
    await history.app.get(StatsCollections).expire(Date.now() + 9 * DAY_MS);
    expect(await noted()).toBe(0);
  });
});
