import { ExecutionFinished, JournalEntry, LIMITS } from '@millrace/contracts';
import { WrongSequenceError, type NatsBus } from '@millrace/messaging';
import { registry } from '@millrace/service-kit/metrics';
import {
  samplesOf,
  sharedMongo,
  startNats,
  sumOf,
  uniqueName,
  waitUntil,
  type OwnServer,
  type SharedServer,
} from '@millrace/testing';
import { ExecutionsRepository } from '../src/executions/executions.repository.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import { append, aSubject, completed, createHistory, entry, fiveSteps, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

describe('finished executions', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  const histories: History[] = [];

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
  });
  afterEach(async () => {
    for (const history of histories.splice(0)) await history.stop();
  });
  afterAll(() => Promise.all([nats.stop(), mongo.stop()]));

  async function aHistory(keep: { journalMinutes?: number }, database = uniqueName('trim')) {
    const history = await createHistory({ nats: nats.url, mongo: mongo.url, keep, database });
    histories.push(history);
    await history.database.asPromise();
    return history;
  }
  const journal = ({ bus }: History, { organisationId, executionId }: Subject) =>
    bus.readSubject(JournalEntry, { organisation_id: organisationId, execution_id: executionId });
  const get = ({ app }: History, { organisationId, executionId }: Subject) =>
    app.get(ExecutionsService).get({ organisation_id: organisationId, execution_id: executionId });
  const announced = ({ bus }: History, { organisationId }: Subject) =>
    bus.readSubject(ExecutionFinished, { organisation_id: organisationId });
  const trimmed = async () => sumOf(samplesOf(await registry.metrics()), 'millrace_history_trimmed_total');
  async function trimAll(history: History): Promise<void> {
    while ((await history.app.get(JournalTrimmer).trimBatch(Date.now() + 1_000)) > 0);
  }

  it('leave the journal once they are recorded: a small end marker stays, and readers see what they saw before', async () => {
    const history = await aHistory({ journalMinutes: 0 });
    await history.app.listen();
    const inOne = aSubject();
    await append(history.bus, inOne, fiveSteps(inOne));
    const inParts = aSubject();
    await append(history.bus, inParts, [start(inParts), httpStep('call', 'step_started')]);
    await append(history.bus, inParts, [httpStep('call', 'step_completed', { large: 'x'.repeat(400_000) })]);
    await append(history.bus, inParts, [completed()]);
    const failed = aSubject();
    const error = { code: 'STEP_FAILED', message: 'A long story '.repeat(50) };
    await append(history.bus, failed, [start(failed), { type: 'failed', at: new Date().toISOString(), error }]);
    const running = aSubject();
    await append(history.bus, running, [start(running)]);
    const finished = [inOne, inParts, failed];
    for (const subject of finished)
      await waitUntil('the announcement', async () => (await announced(history, subject)).length === 1);
    const before = await Promise.all(finished.map((subject) => get(history, subject)));
    const counted = await trimmed();

    await waitUntil('all are trimmed', async () => {
      await trimAll(history);
      const left = await Promise.all(finished.map((subject) => journal(history, subject)));
      return left.every((entries) => entries.length === 1 && entries[0]?.payload.end_marker);
    });
    expect(await trimmed()).toBe(counted + finished.length);
    expect(JSON.stringify((await journal(history, failed))[0]?.payload).length).toBeLessThan(300);
    expect((await journal(history, running)).map(({ payload }) => payload.end_marker)).toEqual([undefined]);
    expect(await Promise.all(finished.map((subject) => get(history, subject)))).toEqual(before);
    // Another start of the same id must see that it has run.
    for (const subject of finished) {
      const again = history.bus.publish(JournalEntry, entry(subject, [start(subject)]), { expectLastSequence: 0 });
      await expect(again).rejects.toThrow(WrongSequenceError);
    }
    // The marker comes back to history as an entry: it says nothing new.
    await trimAll(history);
    expect(await Promise.all(finished.map(async (one) => (await announced(history, one)).length))).toEqual([1, 1, 1]);
    expect((await get(history, inParts)).steps).toHaveLength(1);
  });

  it('leave their whole end where others are to be notified of it', async () => {
    const history = await aHistory({ journalMinutes: 0 });
    await history.app.listen();
    const subject = aSubject();
    const end = { type: 'completed', at: new Date().toISOString(), output: { n: 1 }, linked: true } as const;
    await append(history.bus, subject, [start(subject), end]);
    await waitUntil('the announcement', async () => (await announced(history, subject)).length === 1);
    await waitUntil('it is trimmed', async () => {
      await trimAll(history);
      return (await journal(history, subject))[0]?.payload.end_marker === true;
    });
    expect((await journal(history, subject)).map(({ payload }) => payload.events)).toEqual([[end]]);
  });

  it('leave a marker that goes before the age of the journal, unless others are to be notified of their end', async () => {
    const history = await aHistory({ journalMinutes: 0 });
    await history.app.listen();
    const expiry = new Map<string, string>();
    const { connection } = history.bus as NatsBus;
    const subscription = connection.subscribe('journal.>', {
      callback: (_, { subject, headers }) => {
        if (headers?.has('Nats-Rollup')) expiry.set(subject.split('.').at(-1) ?? '', headers.get('Nats-TTL'));
      },
    });
    const end = { type: 'completed', at: new Date().toISOString(), output: { n: 1 }, linked: true } as const;
    const [alone, linked] = [aSubject(), aSubject()];
    await append(history.bus, alone, [start(alone), completed()]);
    await append(history.bus, linked, [start(linked), end]);
    await waitUntil('both are trimmed', async () => {
      await trimAll(history);
      return expiry.has(alone.executionId) && expiry.has(linked.executionId);
    });
    subscription.unsubscribe();
    expect(expiry.get(alone.executionId)).toBe(`${LIMITS.endMarkerMs / 1_000}s`);
    expect(expiry.get(linked.executionId)).toBe('');
  });

  it('stay in the journal while an entry before their end is not settled', async () => {
    const history = await aHistory({ journalMinutes: 0 });
    const subject = aSubject();
    const first = await append(history.bus, subject, [start(subject), httpStep('call', 'step_started')]);
    await append(history.bus, subject, [httpStep('call', 'step_completed')]);
    const last = await append(history.bus, subject, [completed()]);
    // Another replica has the second entry; the consumer, on which nobody listens here, has settled none.
    await history.app.get(ProjectionService).project([first, last], new AbortController());
    expect(await announced(history, subject)).toHaveLength(1);
    await trimAll(history);
    expect(await journal(history, subject)).toHaveLength(3);
    await history.app.listen();
    await waitUntil('the settlement', async () => {
      await trimAll(history);
      return (await journal(history, subject)).length === 1;
    });
    expect(await get(history, subject)).toMatchObject({ steps: [{ status: 'completed' }], output: 'done' });
  });

  it('stay in the journal while something is behind their end, which the marker would take away', async () => {
    const history = await aHistory({ journalMinutes: 0 });
    await history.app.listen();
    const [subject, next] = [aSubject(), aSubject()];
    await append(history.bus, subject, fiveSteps(subject));
    await append(history.bus, subject, [{ type: 'signal_received', at: new Date().toISOString(), signal: 'late' }]);
    await waitUntil('the announcement', async () => (await announced(history, subject)).length === 1);
    await append(history.bus, next, fiveSteps(next));
    await waitUntil('the announcement', async () => (await announced(history, next)).length === 1);
    await waitUntil('the next one is trimmed', async () => {
      await trimAll(history);
      return (await journal(history, next))[0]?.payload.end_marker === true;
    });
    expect((await journal(history, subject)).map(({ payload }) => payload.end_marker)).toEqual([undefined, undefined]);
  });

  it('stay in the journal when their record lacks some of their entries', async () => {
    const history = await aHistory({ journalMinutes: 60 });
    await history.app.listen();
    const [subject, next] = [aSubject(), aSubject()];
    const { sequence } = await append(history.bus, subject, fiveSteps(subject));
    await append(history.bus, next, fiveSteps(next));
    for (const one of [subject, next])
      await waitUntil('the announcement', async () => (await announced(history, one)).length === 1);
    expect(await history.app.get(ExecutionsRepository).markMissing(subject.executionId, sequence)).toBe(true);
    const later = Date.now() + 61 * 60_000;
    await waitUntil('the next one is trimmed', async () => {
      await history.app.get(JournalTrimmer).trimBatch(later);
      return (await journal(history, next))[0]?.payload.end_marker === true;
    });
    expect((await journal(history, subject)).map(({ payload }) => payload.end_marker)).toEqual([undefined]);
  });

  it('stay in the journal as long as the setting says', async () => {
    const history = await aHistory({ journalMinutes: 1 });
    await history.app.listen();
    const subject = aSubject();
    await append(history.bus, subject, fiveSteps(subject));
    await waitUntil('the announcement', async () => (await announced(history, subject)).length === 1);
    await trimAll(history);
    expect((await journal(history, subject)).map(({ payload }) => payload.end_marker)).toEqual([undefined]);
  });

  it('are taken out group by group, with a rest after each', async () => {
    const history = await aHistory({ journalMinutes: 1 });
    await history.app.listen();
    const subjects = Array.from({ length: 60 }, () => aSubject());
    await Promise.all(subjects.map((subject) => append(history.bus, subject, fiveSteps(subject))));
    await waitUntil('the announcements', async () => {
      const found = await history.bus.readFrom(ExecutionFinished, 1, 500);
      return subjects.every(({ executionId }) => found.some(({ payload }) => payload.execution_id === executionId));
    });
    const marked = async () => {
      const entries = await Promise.all(subjects.map((subject) => journal(history, subject)));
      return entries.filter(([first]) => first?.payload.end_marker).length;
    };
    const rests: { marked: number; tookMs: number; overdueMs: number }[] = [];
    const later = Date.now() + 3_600_000;
    await waitUntil('all are trimmed', async () => {
      await history.app.get(JournalTrimmer).trimBatch(later, async (tookMs, overdueMs) => {
        rests.push({ marked: await marked(), tookMs, overdueMs });
      });
      return (await marked()) === subjects.length;
    });
    // None of the next group is on its way while it rests. (Those of the tests before are in the groups too.)
    expect(rests.length).toBeGreaterThan(1);
    expect(rests.filter((one, index) => one.marked > 50 * (index + 1))).toEqual([]);
    expect(rests.filter(({ tookMs }) => tookMs <= 0)).toEqual([]);
    // They became due a minute after they were announced.
    for (const { overdueMs } of rests) {
      expect(overdueMs).toBeLessThan(59 * 60_000 + 1_000);
      expect(overdueMs).toBeGreaterThan(50 * 60_000);
    }
  });

  it('are taken out by one replica at a time', async () => {
    const database = uniqueName('trim');
    const [one, other] = [await aHistory({ journalMinutes: 0 }, database), await aHistory({ journalMinutes: 0 }, database)]; // prettier-ignore
    await one.app.listen();
    const subject = aSubject();
    await append(one.bus, subject, fiveSteps(subject));
    await waitUntil('the announcement', async () => (await announced(one, subject)).length === 1);
    const later = Date.now() + 1_000;
    await waitUntil('the trim', async () => (await one.app.get(JournalTrimmer).trimBatch(later)) > 0);
    expect(await other.app.get(JournalTrimmer).trimBatch(later)).toBe(0);
    // The first one has died: its lease runs out, and the other one goes on where it stopped.
    expect(await other.app.get(JournalTrimmer).trimBatch(later + 120_000)).toBe(0);
    const next = aSubject();
    await append(one.bus, next, fiveSteps(next));
    await waitUntil('the announcement', async () => (await announced(one, next)).length === 1);
    await waitUntil('the trim', async () => (await other.app.get(JournalTrimmer).trimBatch(later + 120_000)) === 1);
    expect((await journal(one, next))[0]?.payload.end_marker).toBe(true);
  });
});
