import { JournalEntry, RunRequested, type RunRequest } from '@millrace/contracts';
import type { GivenUp } from '@millrace/messaging';
import { aRunRequest, sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { GivenUpService } from '../src/executions/given-up.service.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import { append, aSubject, createHistory, httpStep, start, type History, type Subject } from './start-history.js';

/** Entries of which not even what can be saved is read: processes die of it. */
describe('an entry that is given up unread', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  const { signal } = new AbortController();

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.database.asPromise();
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const idsOf = ({ organisationId, executionId }: Subject) => ({
    organisation_id: organisationId,
    execution_id: executionId,
  });
  const requestOf = (subject: Subject): RunRequest =>
    aRunRequest({ ...idsOf(subject), workflow_id: subject.workflowId });
  const listed = async ({ organisationId }: Subject) =>
    (await history.app.get(ExecutionsService).list({ organisation_id: organisationId, limit: 5 })).executions;

  async function begin(subject: Subject): Promise<void> {
    const first = await append(history.bus, subject, [start(subject)]);
    await history.app.get(ProjectionService).project([first], { signal });
  }
  /** Appends an entry and gives it up. */
  async function giveUp(subject: Subject): Promise<GivenUp> {
    const { sequence } = await append(history.bus, subject, [httpStep('call', 'step_completed')]);
    return {
      sequence,
      subject: JournalEntry.subject(idsOf(subject)),
      storedAt: Date.now(),
      reason: 'Processes died of it',
      inline: new Uint8Array(),
      read: () => Promise.resolve(null),
    };
  }
  const record = (given: GivenUp) => history.app.get(GivenUpService).record(given, signal);

  it('ends the record of its execution when it was the last one and nobody will go on', async () => {
    const subject = aSubject();
    await begin(subject);
    const given = await giveUp(subject);
    await record(given);
    const incomplete = { code: 'HISTORY_INCOMPLETE', details: { journal_sequences: [given.sequence] } };
    expect(await listed(subject)).toMatchObject([
      { status: 'failed', error: { code: 'HISTORY_INCOMPLETE' }, incomplete },
    ]);
    // It may be called twice.
    await record(given);
    expect(await listed(subject)).toMatchObject([{ status: 'failed', incomplete }]);
  });

  it('leaves the record running while the execution goes on: another entry follows, or its message waits', async () => {
    const [followed, waiting] = [aSubject(), aSubject()];
    for (const subject of [followed, waiting]) await begin(subject);
    const before = await giveUp(followed);
    await append(history.bus, followed, [httpStep('next', 'step_started')]);
    await history.bus.publish(RunRequested, requestOf(waiting));
    for (const given of [before, await giveUp(waiting)]) await record(given);
    for (const subject of [followed, waiting])
      expect(await listed(subject)).toMatchObject([{ status: 'running', incomplete: { code: 'HISTORY_INCOMPLETE' } }]);
  });

  it('makes a record when it was the first one, with what is in the request to run', async () => {
    const [waiting, unknown] = [aSubject(), aSubject()];
    await history.bus.publish(RunRequested, requestOf(waiting));
    for (const subject of [waiting, unknown]) await record(await giveUp(subject));
    expect(await listed(waiting)).toMatchObject([{ status: 'running', workflow_id: waiting.workflowId }]);
    expect(await listed(unknown)).toMatchObject([{ status: 'failed', workflow_id: '' }]);
  });
});
