import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, journalStreamOf, STREAMS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { startMongo, startNats, waitUntil, type OwnMongo, type OwnServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import {
  append,
  aSubject,
  completed,
  consumerInfo,
  createHistory,
  fiveSteps,
  httpStep,
  start,
  type History,
} from './start-history.js';

/** Of a process; 0 when it has ended. */
function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return 0;
  }
}

/** PostgreSQL refuses writes with codes that MongoDB does not have: nothing that history holds may be lost to them. */
describe('a database', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-read-only-'));
  let nats: OwnServer;
  let mongo: OwnMongo;
  let history: History;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), startMongo({ dir })]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.app.listen();
    await history.database.asPromise();
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  /** PostgreSQL takes the setting over in sessions that exist. */
  function setReadOnly(readOnly: boolean): void {
    const backend = mongo.backend();
    if (!backend) throw new Error('This test needs FerretDB: it makes the PostgreSQL server behind it read-only.');
    const file = join(dir, 'documentdb/postgres/postgresql.auto.conf');
    const others = readFileSync(file, 'utf8').replace(/^default_transaction_read_only.*\n/m, '');
    writeFileSync(file, `${others}default_transaction_read_only = ${readOnly ? 'on' : 'off'}\n`);
    process.kill(backend.pid, 'SIGHUP');
  }
  /** No file may grow above `bytes`: what a full disk does to a table, while small documents still find room in it. */
  function limitFiles(bytes: number | 'unlimited'): void {
    const postmaster = mongo.backend()?.pid;
    if (!postmaster)
      throw new Error('This test needs FerretDB: it limits the files of the PostgreSQL server behind it.');
    const sessions = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster);
    for (const pid of [postmaster, ...sessions]) {
      // Only the soft limit: the hard one could not be raised again.
      try {
        execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`], { stdio: 'pipe' });
      } catch (error) {
        // A session may have ended since they were listed.
        if (pid === postmaster || parentOf(String(pid)) === postmaster) throw error;
      }
    }
  }
  const probe = () => history.database.collection<{ _id: string }>('probe').insertOne({ _id: String(Math.random()) });
  const stored = (id: string) =>
    history.database.collection<{ _id: string }>('executions').findOne({ _id: id }) as Promise<Record<string, unknown>>;

  it('that has no room for large documents makes no hollow records of them', async () => {
    const large = () => randomBytes(8_000).toString('base64');
    limitFiles(20_000_000);
    const organisationId = newId('organisation');
    const subjects = Array.from({ length: 2_500 }, () => aSubject({ organisationId }));
    for (let from = 0; from < subjects.length; from += 250) {
      const part = subjects.slice(from, from + 250);
      await Promise.all(part.map((subject) => append(history.bus, subject, fiveSteps(subject, large()))));
    }
    const executions = history.database.collection('executions');
    await waitUntil('no room', () => executions.insertOne({ events: randomBytes(15_000) }).then(() => false).catch(() => true)); // prettier-ignore
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await executions.countDocuments({ org: organisationId, events: { $exists: false } })).toBe(0);

    limitFiles('unlimited');
    const recorded = () => executions.countDocuments({ org: organisationId, events: { $exists: true } });
    await waitUntil('all', async () => (await recorded()) === subjects.length, 60_000);
  });

  it('that is read-only loses no event, has nothing acknowledged meanwhile, and gets the entries in their order', async () => {
    const before = aSubject();
    await append(history.bus, before, fiveSteps(before));
    await waitUntil('the first record', () => stored(before.executionId));
    const warned = jest.spyOn(history.app.get<Pick<Logger, 'warn'>>(LOGGER), 'warn');
    setReadOnly(true);
    await waitUntil('read-only', () => probe().then(() => false).catch(() => true)); // prettier-ignore

    const whole = Array.from({ length: 20 }, () => aSubject());
    for (const subject of whole) await append(history.bus, subject, fiveSteps(subject));
    const inParts = aSubject();
    await append(history.bus, inParts, [start(inParts), httpStep('call', 'step_started')]);
    await append(history.bus, inParts, [httpStep('call', 'step_completed')]);
    const last = await append(history.bus, inParts, [completed()]);
    const consumer = () => consumerInfo(history.bus, `${STREAMS.journal}_${journalStreamOf(inParts.executionId)}`);
    // Several attempts: more than a refused document gets before it is given up.
    await waitUntil('delivery', async () => (await consumer()).num_pending === 0);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect((await consumer()).ack_floor.stream_seq).toBeLessThan(last.sequence);
    expect((await consumer()).num_ack_pending).toBeGreaterThan(0);

    const ours = new Set([...whole, inParts].map(({ executionId }) => executionId));
    const named = warned.mock.calls.flatMap(([fields, line]) =>
      line?.startsWith('Could not write a batch') ? [fields as { executionId?: string; executionIds?: string[] }] : [],
    );
    expect(named.length).toBeGreaterThan(0);
    for (const { executionId, executionIds = [executionId] } of named)
      expect(executionIds.filter((id) => id !== undefined && ours.has(id)).length).toBeGreaterThan(0);
    warned.mockRestore();

    setReadOnly(false);
    await waitUntil('all', async () => (await consumer()).num_ack_pending === 0, 60_000);
    for (const subject of whole) {
      await waitUntil('a record', () => stored(subject.executionId));
      expect(await stored(subject.executionId)).toMatchObject({ status: 'completed', inline_seq: expect.any(Number) });
      expect((await stored(subject.executionId)).events).toBeDefined();
    }
    const question = { organisation_id: inParts.organisationId, execution_id: inParts.executionId };
    expect(await history.app.get(ExecutionsService).get(question)).toMatchObject({
      status: 'completed',
      output: 'done',
      steps: [{ step_id: 'call', status: 'completed', output: { status: 200 } }],
    });
  });
});
