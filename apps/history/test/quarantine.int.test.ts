import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  GetExecution,
  JournalEntry,
  ListExecutions,
  newId,
  journalStreamOf,
  type ExecutionResource,
} from '@millrace/contracts';
import { connectBus, silentLogger, type Bus } from '@millrace/messaging';
import { startMongo, startNats, uniqueName, waitUntil, type OwnServer } from '@millrace/testing';
import { append, aSubject, completed, fiveSteps, httpStep, start, type Subject } from './start-history.js';

jest.setTimeout(300_000);

const MARKER = 'too much for any process';
const ACK_WAIT_MS = 1_000;

/** A real process that dies whenever it reads one entry, until it reads it no more. */
describe('history', () => {
  let nats: OwnServer;
  let mongo: OwnServer;
  let bus: Bus;
  let child: ChildProcess | undefined;
  let deaths = 0;
  let stopped = false;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), startMongo()]);
    bus = await connectBus({ url: nats.url, name: 'history', logger: silentLogger });
  });
  afterAll(async () => {
    stopped = true;
    child?.kill('SIGKILL');
    await bus.close();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  async function live(): Promise<void> {
    const database = uniqueName('quarantine');
    const script = join(__dirname, 'history-process.mjs');
    while (!stopped && deaths < 9) {
      const args = [script, nats.url, mongo.url, database, String(ACK_WAIT_MS), MARKER];
      child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      await once(child, 'exit');
      deaths++;
    }
  }

  const get = ({ organisationId, executionId }: Subject): Promise<ExecutionResource> =>
    bus.request(GetExecution, { organisation_id: organisationId, execution_id: executionId });
  const listed = async ({ organisationId }: Subject) =>
    (await bus.request(ListExecutions, { organisation_id: organisationId, limit: 5 })).executions;
  /** By the database: an entry that is only in the journal would be read again. */
  const isRecorded = async (subject: Subject) => (await listed(subject))[0]?.status === 'completed';
  const inFirstShard = (): Subject => {
    for (;;) {
      const subject = aSubject({ executionId: newId('execution') });
      if (journalStreamOf(subject.executionId) === 0) return subject;
    }
  };

  it('goes on after an entry that it died of; the record says what is missing, and how the execution ended', async () => {
    const large = { text: MARKER + 'x'.repeat(4_000) };
    const [before, poisoned, after] = [inFirstShard(), inFirstShard(), inFirstShard()];
    await append(bus, before, fiveSteps(before));
    await append(bus, poisoned, [start(poisoned), httpStep('call', 'step_started')]);
    const { sequence } = await append(bus, poisoned, [httpStep('call', 'step_completed', large), completed(large)]);
    await append(bus, after, fiveSteps(after));
    void live();

    await waitUntil('the record after it', () => isRecorded(after), 150_000);
    await waitUntil('the record before it', () => isRecorded(before), 150_000);
    await waitUntil('the record of its execution', () => isRecorded(poisoned), 150_000);
    expect(await get(poisoned)).toMatchObject({
      status: 'completed',
      output: null,
      steps: [{ step_id: 'call', status: 'completed', output: null }],
      incomplete: { code: 'HISTORY_INCOMPLETE', details: { journal_sequences: [sequence] } },
    });
    expect(await listed(poisoned)).toMatchObject([{ status: 'completed', incomplete: { code: 'HISTORY_INCOMPLETE' } }]);
    expect(await get(before)).not.toHaveProperty('incomplete');

    // Two in a batch, three alone. Not one of reading it again, of replying, or of trimming.
    expect(deaths).toBe(5);
    const address = { organisation_id: poisoned.organisationId, execution_id: poisoned.executionId };
    expect(await bus.readSubject(JournalEntry, address)).toHaveLength(2);
    const { connection } = bus as unknown as { connection: { request(subject: string): Promise<{ json(): unknown }> } };
    const letters = await connection.request('$JS.API.STREAM.INFO.DLQ');
    expect(letters.json()).toMatchObject({ state: { messages: 1 } });
  });
});
