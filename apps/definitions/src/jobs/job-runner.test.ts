import type { JobResult } from '@millrace/contracts';
import { silentLogger } from '@millrace/service-kit/logging';
import { waitUntil } from '@millrace/testing';
import { JobRunner } from './job-runner.js';
import type { JobRecord } from './job.schema.js';
import type { DueJob } from './jobs.repository.js';

interface Turn {
  readonly organisation: string;
  readonly job: string;
  readonly end: () => void;
}

let runner: JobRunner;
let turns: Turn[];

/** Jobs of these organisations, always due unless they are taken. Turns of those in `slow` end when they are released. */
function run(organisations: readonly string[], slow: readonly string[]): void {
  turns = [];
  const records = organisations.map((organisation_id, n) => ({
    ...{ _id: `job_${n}`, organisation_id, kind: 'bulk', position: 0, total: 1e9, counts: {}, due_at: n },
  }));
  const taken = new Set<string>();
  let time = records.length;
  const jobs = {
    due: () =>
      Promise.resolve(records.filter(({ _id }) => !taken.has(_id)).sort((one, other) => one.due_at - other.due_at)),
    take: ({ _id }: DueJob) => {
      taken.add(_id);
      return Promise.resolve(records.find((record) => record._id === _id));
    },
    nextItems: () => Promise.resolve(['exec_1']),
    advance: ({ _id }: Pick<JobRecord, '_id'>) => {
      for (const record of records) if (record._id === _id) record.due_at = ++time;
      taken.delete(_id);
      // As long as the database takes, so that others have their turns.
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
  const bulk = {
    run: ({ _id: job, organisation_id: organisation }: JobRecord) =>
      new Promise<{ results: JobResult[] }>((resolve) => {
        const end = (): void => resolve({ results: [] });
        turns.push({ organisation, job, end });
        if (!slow.includes(organisation)) setImmediate(end);
      }),
  };
  const database = { waitUntilConnected: () => Promise.resolve() };
  const parts = [database, jobs, {}, {}, bulk] as unknown as [never, never, never, never, never];
  runner = new JobRunner(silentLogger(), ...parts);
  runner.onApplicationBootstrap();
}

/** Stops when every turn has ended. */
afterEach(async () => {
  const stopped = runner.beforeApplicationShutdown();
  for (const { end } of turns) end();
  await stopped;
});

const turnsOf = (organisation: string): Turn[] => turns.filter((turn) => turn.organisation === organisation);

test('a turn that takes long holds up no other organisation, and its own is not begun again meanwhile', async () => {
  run(['org_slow', 'org_slow', 'org_quick'], ['org_slow']);
  await waitUntil('the quick one has many turns', () => turnsOf('org_quick').length > 20);
  expect(turnsOf('org_slow')).toHaveLength(1);
  turnsOf('org_slow')[0]?.end();
  await waitUntil('the slow one goes on with its other job', () => turnsOf('org_slow').length > 1);
  expect(turnsOf('org_slow').map(({ job }) => job)).toEqual(['job_0', 'job_1']);
});

test('so many turns are had at a time, and whoever waits gets the next', async () => {
  const slow = ['org_1', 'org_2', 'org_3', 'org_4', 'org_5'];
  run(slow, slow);
  await waitUntil('as many as may be', () => turns.length >= 4);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(turns).toHaveLength(4);
  turns[1]?.end();
  await waitUntil('the next', () => turns.length > 4);
  expect(turns[4]?.organisation).toBe('org_5');
});

test('whoever has many jobs has no more turns than others', async () => {
  run(['org_many', 'org_many', 'org_many', 'org_many', 'org_one'], []);
  await waitUntil('some rounds', () => turns.length > 40);
  const difference = turnsOf('org_many').length - turnsOf('org_one').length;
  expect(Math.abs(difference)).toBeLessThanOrEqual(2);
});
