import { randomBytes } from 'node:crypto';
import {
  JournalEntry,
  LIMITS,
  ReadLiveEvents,
  RunRequested,
  type ExecutionEvent,
  type LiveEvent,
} from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { aRunRequest, sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsRepository } from '../src/executions/executions.repository.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { append, aSubject, completed, createHistory, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

const SECRET = 'what-only-the-workflow-knows';

describe('what is sent of an execution to those who follow it', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  let bus: NatsBus;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url, keep: { journalMinutes: 0 } });
    await history.app.listen();
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  afterAll(async () => {
    await bus.close();
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const idsOf = ({ organisationId, executionId }: Subject) => ({
    organisation_id: organisationId,
    execution_id: executionId,
  });
  const read = (subject: Subject, question: { after?: string; limit?: number } = {}) =>
    bus.request(ReadLiveEvents, { ...idsOf(subject), limit: 500, ...question });
  const typesOf = (events: readonly LiveEvent[]) => events.map(({ type }) => type);
  const failedStep = (path: string, message: string): ExecutionEvent => ({
    type: 'step_failed',
    at: '2026-11-27T09:00:00.300Z',
    path,
    step_type: 'http',
    started_at: '2026-11-27T09:00:00.100Z',
    attempt: 2,
    error: { code: 'HTTP_STATUS_ERROR', message, details: { body: SECRET } },
  });
  const isTrimmed = (subject: Subject) =>
    waitUntil('the record alone', async () => {
      await history.app.get(JournalTrimmer).trimBatch(Date.now() + 1_000);
      const [entry] = await bus.readSubject(JournalEntry, idsOf(subject));
      return entry?.payload.end_marker;
    });

  it('is what happened to which step, and nothing that the workflow works with', async () => {
    const subject = aSubject();
    const seeded = { ...start(subject, { password: SECRET }), seed: SECRET, variables: { SECRET }, env: { SECRET } };
    await append(history.bus, subject, [seeded, httpStep('each[3].call', 'step_started')]);
    await append(history.bus, subject, [
      { ...httpStep('each[3].call', 'step_completed', { SECRET }), sealed: SECRET, log: [SECRET] } as ExecutionEvent,
      failedStep('other', 'm'.repeat(5_000)),
      { type: 'signal_received', at: '2026-11-27T09:00:01.000Z', signal: 'go', data: { SECRET } },
    ]);
    await append(history.bus, subject, [completed({ SECRET })]);

    const { events, has_more, ended } = await read(subject);
    expect([has_more, ended]).toEqual([false, true]);
    expect(JSON.stringify(events)).not.toContain(SECRET);
    expect(typesOf(events)).toEqual([
      'started',
      'step_started',
      'step_completed',
      'step_failed',
      'signal_received',
      'completed',
    ]);
    expect(events[0]).toMatchObject({ workflow_id: subject.workflowId, version: 1, trigger: { type: 'api' } });
    expect(events[2]).toMatchObject({ path: 'each[3].call', step_id: 'call', step_type: 'http', attempt: 1 });
    expect(events[3]).toMatchObject({ duration_ms: 200, attempt: 2, error: { code: 'HTTP_STATUS_ERROR' } });
    expect(events[3]?.error?.message).toHaveLength(LIMITS.liveTextCharacters + 1);
    expect(events[4]).toMatchObject({ signal: 'go' });
  });

  it('goes on behind any event, also in the middle of an entry, while it runs, when it has ended and from the record', async () => {
    const subject = aSubject();
    const steps = ['a', 'b', 'c'].map((path) => httpStep(path, 'step_completed'));
    await append(history.bus, subject, [start(subject), ...steps.slice(0, 2)]);
    const before = await read(subject);
    expect([typesOf(before.events), before.ended]).toEqual([['started', 'step_completed', 'step_completed'], false]);
    expect((await read(subject, { after: before.events.at(-1)?.id ?? '' })).events).toEqual([]);
    await append(history.bus, subject, [...steps.slice(2), completed()]);

    const all = (await read(subject)).events;
    const expectAll = async () => {
      for (const [index, { id }] of all.entries()) {
        const answer = await read(subject, { after: id });
        expect(answer).toEqual({ events: all.slice(index + 1), has_more: false, ended: true });
      }
      expect((await read(subject)).events).toEqual(all);
    };
    await expectAll();
    await isTrimmed(subject);
    await expectAll();
  });

  it('comes in pages, which are bounded in events and bytes', async () => {
    const subject = aSubject();
    const count = LIMITS.livePageEvents + 200;
    const long = 'x'.repeat(200);
    await append(history.bus, subject, [start(subject)]);
    for (let from = 0; from < count; from += 100)
      await append(
        history.bus,
        subject,
        Array.from({ length: 100 }, (_, at) => httpStep(`${long}[${from + at}].call`, 'step_completed')),
      );
    await append(history.bus, subject, [completed()]);
    const pages: LiveEvent[][] = [];
    for (let more = true; more;) {
      const after = pages.at(-1)?.at(-1)?.id;
      const page = await read(subject, after === undefined ? { limit: 10_000 } : { limit: 10_000, after });
      expect(page.events.length).toBeLessThanOrEqual(LIMITS.livePageEvents);
      expect(JSON.stringify(page.events).length).toBeLessThan(LIMITS.livePageBytes + 4_000);
      pages.push(page.events);
      more = page.has_more;
    }
    expect(pages.length).toBeGreaterThan(2);
    const ids = pages.flat().map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([count + 2, count + 2]);
    expect(typesOf(pages.flat()).at(-1)).toBe('completed');
  });

  it('is read from the event on behind which a page begins', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject)]);
    for (let at = 0; at < 10; at++)
      await append(history.bus, subject, [httpStep(`each[${at}].call`, 'step_completed', randomBytes(15_000).toString('hex'))]); // prettier-ignore
    await append(history.bus, subject, [completed()]);
    await isTrimmed(subject);
    const all = (await read(subject)).events;
    const after = all.at(-3)?.id ?? '';
    const find = jest.spyOn(history.app.get(ExecutionsRepository), 'findStepRuns');
    expect(await read(subject, { after })).toEqual({ events: all.slice(-2), has_more: false, ended: true });
    const wanted = find.mock.calls.flatMap(([ids]) => ids).map((id) => Number(id.split(':', 2)[1]));
    expect(Math.min(...wanted)).toBeGreaterThanOrEqual(Number(after.split('-', 1)[0]));
    find.mockRestore();
    // Behind an id that it never had.
    expect(await read(subject, { after: '999999999-0' })).toEqual({ events: [], has_more: false, ended: true });
  });

  it('is nothing yet of one that waits to be taken, and unknown of that of another organisation', async () => {
    const subject = aSubject();
    await history.bus.publish(RunRequested, aRunRequest({ ...idsOf(subject), workflow_id: subject.workflowId }));
    expect(await read(subject)).toEqual({ events: [], has_more: false, ended: false });
    await append(history.bus, subject, [start(subject)]);
    const foreign = { ...subject, organisationId: aSubject().organisationId };
    const { events } = await read(subject);
    const refused = { code: 'EXECUTION_NOT_FOUND' };
    await expect(read(foreign)).rejects.toMatchObject(refused);
    await expect(read(foreign, { after: events[0]?.id ?? '' })).rejects.toMatchObject(refused);
    await expect(read({ ...subject, executionId: '*' })).rejects.toMatchObject(refused);
  });

  it('ends with an event that says so where the end is lost, once', async () => {
    const subject = aSubject();
    const { sequence } = await append(history.bus, subject, [start(subject)]);
    const executions = history.app.get(ExecutionsRepository);
    await waitUntil('the record', () => executions.find(subject.organisationId, subject.executionId));
    await executions.markMissing(subject.executionId, sequence + 1);
    await executions.presumeFailed(subject.executionId, new Date('2026-11-27T09:00:02.000Z'));

    const { events, ended } = await read(subject);
    expect((await read(subject, { after: events[0]?.id ?? '' })).events).toEqual(events.slice(1));
    expect([typesOf(events), ended]).toEqual([['started', 'incomplete'], true]);
    expect(events[1]).toMatchObject({ status: 'failed', error: { code: 'HISTORY_INCOMPLETE' } });
    const after = events[1]?.id ?? '';
    expect(await read(subject, { after })).toEqual({ events: [], has_more: false, ended: true });
  });
});
