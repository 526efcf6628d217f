import { ExecutionFinished, JournalEntry, type ExecutionEvent } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { append, aSubject, completed, createHistory, start, type History } from './start-history.js';

/** During an upgrade the executors may be newer than history. */
describe('what only a newer version knows', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url, keep: { journalMinutes: 0 } });
    await history.app.listen();
  });
  afterAll(async () => {
    await history?.stop();
    await Promise.all([nats?.stop(), mongo?.stop()]);
  });

  const deadLetters = async () => {
    const { connection } = history.bus as NatsBus;
    const reply = await connection.request('$JS.API.STREAM.INFO.DLQ');
    return reply.json<{ state: { messages: number } }>().state.messages;
  };

  it('is recorded as it is and shown as if it were not there; nothing becomes a dead letter', async () => {
    const subject = aSubject();
    const at = new Date().toISOString();
    const trigger = { type: 'telepathy', thought: { of: 'Ada' } };
    const events = [
      { ...start(subject), trigger, later: [1] },
      { type: 'teleported', at, path: 'a', step_type: 'teleport', to: 'Mars' },
      { ...completed(), later: [2] },
    ] as unknown as ExecutionEvent[];
    await append(history.bus, subject, events);
    const { organisationId: organisation_id, executionId: execution_id } = subject;
    await waitUntil('the announcement', async () => history.bus.lastOnSubject(ExecutionFinished, { organisation_id }));
    await waitUntil('the end marker', async () => {
      await history.app.get(JournalTrimmer).trimBatch(Date.now() + 1_000);
      return (await history.bus.lastOnSubject(JournalEntry, { organisation_id, execution_id }))?.payload.end_marker;
    });
    const reads = history.app.get(ExecutionsService);
    expect(await reads.get({ organisation_id, execution_id })).toMatchObject({
      status: 'completed',
      trigger,
      steps: [],
      output: 'done',
    });
    const record = await history.database.collection('executions').findOne({ _id: execution_id as never });
    expect(record).toMatchObject({ trigger_type: 'telepathy', status: 'completed' });
    expect(JSON.parse(record?.['events'] as string)).toMatchObject([{ events }]);
    expect(await deadLetters()).toBe(0);
  });

  it('holds nothing up where it is a status: those who ended otherwise leave the journal after it', async () => {
    const [strange, plain] = [aSubject(), aSubject()];
    const at = new Date().toISOString();
    await append(history.bus, strange, [start(strange)]);
    await history.bus.publish(ExecutionFinished, {
      execution_id: strange.executionId,
      organisation_id: strange.organisationId,
      workflow_id: strange.workflowId,
      version: 1,
      status: 'hibernated' as never,
      started_at: at,
      completed_at: at,
      duration_ms: 0,
      journal_sequence: 1,
    });
    await append(history.bus, plain, [start(plain), completed()]);
    const address = { organisation_id: plain.organisationId, execution_id: plain.executionId };
    await waitUntil('the end marker', async () => {
      await history.app.get(JournalTrimmer).trimBatch(Date.now() + 1_000);
      return (await history.bus.lastOnSubject(JournalEntry, address))?.payload.end_marker;
    });
  });
});
