import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { newId } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { sharedMongo, startNats, uniqueName, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { LEASES } from '../src/upkeep/leases.repository.js';
import { append, aSubject, createHistory, fiveSteps } from './start-history.js';
import { announce, anEnd, statsOf } from './stats.fixture.js';

const program = join(__dirname, 'stats-process.mjs');

/** Real processes, which end where it hurts most. */
describe('an execution is counted once when history is killed', () => {
  let mongo: SharedServer;
  let nats: OwnServer;
  let bus: NatsBus;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    if (!existsSync(join(__dirname, '../dist/program/main.js')))
      throw new Error('The service is not built. Run: pnpm --filter @millrace/history... build');
    mongo = await sharedMongo();
  });
  // Each database has its own server of messages: another one's history would take what is announced to it.
  beforeEach(async () => {
    nats = await startNats();
    bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
  });
  afterEach(async () => {
    children.splice(0).forEach((child) => child.kill('SIGKILL'));
    await bus.close();
    await nats.stop();
  });
  afterAll(() => mongo.stop());

  const MOMENTS = ['figures', 'noted', 'position'].flatMap((write): [string, string][] => [
    ['before', write],
    ['after', write],
  ]);

  it.each(MOMENTS)('%s the write of %s', async (moment, write) => {
    const database = uniqueName('stats_crash');
    const organisationId = newId('organisation');
    const workflowId = newId('workflow');
    const child = spawn(process.execPath, [program, nats.url, mongo.url, database, moment, write], { stdio: 'ignore' });
    children.push(child);
    const died = once(child, 'exit');
    const subjects = Array.from({ length: 40 }, () => aSubject({ organisationId, workflowId }));
    for (const subject of subjects)
      // The process has to create the streams first.
      await waitUntil('the entry to be stored', () => append(bus, subject, fiveSteps(subject)).then(() => true, () => false), 60_000); // prettier-ignore
    expect((await died)[1]).toBe('SIGKILL');

    const history = await createHistory({ nats: nats.url, mongo: mongo.url, database, ackWaitSeconds: 3 });
    try {
      // Whoever counts next does so when the lease of the one that died has run out.
      await (await history.database.asPromise()).collection(LEASES).updateMany({}, { $set: { until: new Date(0) } });
      await history.app.listen();
      const total = async (question: object = {}) => {
        const { totals } = await statsOf(bus, { organisation_id: organisationId, from: undefined, to: undefined, ...question }); // prettier-ignore
        return totals.total;
      };
      await waitUntil('all to be counted', async () => (await total()) >= subjects.length, 90_000);
      // What comes behind all others is counted when nothing before it is left.
      const last = anEnd();
      await announce(bus, last);
      await waitUntil(
        'the last',
        async () => (await statsOf(bus, { organisation_id: last.organisation_id })).totals.total === 1,
        60_000,
      );
      expect([await total(), await total({ workflow_id: workflowId })]).toEqual([subjects.length, subjects.length]);
    } finally {
      await history.stop();
    }
  });
});
