import { randomBytes } from 'node:crypto';
import { ExecutionFinished, JournalEntry, type ExecutionEvent } from '@millrace/contracts';
import { sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { append, aSubject, completed, createHistory, fiveSteps, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

const STORE_BYTES = 8 * 1024 * 1024;
/** So long that the service trims nothing of its own accord. */
const KEEP_MINUTES = 60;

describe('finished executions, in a store without room for their end markers', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats({ storeBytes: STORE_BYTES }), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url, keep: { journalMinutes: KEEP_MINUTES } });
    await history.database.asPromise();
    await history.app.listen();
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const addressOf = ({ organisationId, executionId }: Subject) => ({
    organisation_id: organisationId,
    execution_id: executionId,
  });
  const large = (): ExecutionEvent =>
    httpStep('call', 'step_completed', { text: randomBytes(150_000).toString('base64') });
  const journal = (subject: Subject) => history.bus.readSubject(JournalEntry, addressOf(subject));
  const get = (subject: Subject) => history.app.get(ExecutionsService).get(addressOf(subject));

  /** Appends to the journal of an execution that goes on until NATS refuses it. */
  async function fill(): Promise<void> {
    const running = aSubject();
    await append(history.bus, running, [start(running)]);
    for (;;) await append(history.bus, running, [large()]);
  }

  it('leave it by all but their last entry, which makes the room for the markers, and readers see what they saw before', async () => {
    const inOne = aSubject();
    await append(history.bus, inOne, fiveSteps(inOne));
    const inParts = aSubject();
    await append(history.bus, inParts, [start(inParts), httpStep('call', 'step_started')]);
    for (let part = 0; part < 5; part++) await append(history.bus, inParts, [large()]);
    await append(history.bus, inParts, [completed()]);
    const finished = [inOne, inParts];
    for (const { organisationId } of finished)
      await waitUntil('the announcement', async () => {
        const told = await history.bus.readSubject(ExecutionFinished, { organisation_id: organisationId });
        return told.length === 1;
      });
    const before = await Promise.all(finished.map(get));
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(await journal(inParts)).toHaveLength(7);

    const trimmer = history.app.get(JournalTrimmer);
    await waitUntil('all are trimmed', async () => {
      // Without room for the first one the batch is done again, and has what the second one left.
      await trimmer.trimBatch(Date.now() + (KEEP_MINUTES + 1) * 60_000).catch((error: unknown) => {
        if ((error as { code?: string }).code !== 'STORAGE_FULL') throw error;
      });
      const left = await Promise.all(finished.map(journal));
      return left.every((entries) => entries.length === 1 && entries[0]?.payload.end_marker === true);
    });
    expect(await Promise.all(finished.map(get))).toEqual(before);
  });
});
