import { approvalIdOf, JournalEntry, type ExecutionEvent, type JournalBatch } from '@millrace/contracts';
import type { Received } from '@millrace/messaging';
import { SeededRandom, sharedMongo, startNats, uniqueName, type OwnServer, type SharedServer } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import {
  append,
  aSubject,
  completed,
  createHistory,
  httpStep,
  start,
  type History,
  type Subject,
} from './start-history.js';

const SEED = Number(process.env['MILLRACE_TEST_SEED'] ?? 4_711);
const EXECUTIONS = 12;
const TIMES = 3;
const UNTIL = '2099-01-01T00:00:00.000Z';

let nats: OwnServer;
let mongo: SharedServer;
let ordered: History;
let shuffled: History;

beforeAll(async () => {
  [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
  const make = () => createHistory({ nats: nats.url, mongo: mongo.url, database: uniqueName('shuffled') });
  [ordered, shuffled] = [await make(), await make()];
  await Promise.all([ordered.database.asPromise(), shuffled.database.asPromise()]);
});
afterAll(async () => {
  await Promise.all([ordered?.stop(), shuffled?.stop()]);
  await Promise.all([nats?.stop(), mongo?.stop()]);
});

const at = (): string => new Date().toISOString();

/** Every kind of entry: calls, a failed attempt, a wait, an approval with two decisions, and an end of its own. */
function entriesOf(subject: Subject, n: number): ExecutionEvent[][] {
  const approval = { id: approvalIdOf(subject.executionId, 'ask', 1), message: 'May it?', required: 2 };
  const step = { path: 'ask', step_type: 'approval', started_at: at(), attempt: 1 };
  const asked = { waits_for: 'approval', until: UNTIL, frozen: { approval: { ...approval, on_rejection: 'continue', on_expiry: 'reject' } } } as const; // prettier-ignore
  const decide = (by: string, outcome?: 'approved'): ExecutionEvent => ({
    ...{ type: 'approval_decided', at: at(), path: 'ask', approval_id: approval.id, decision_id: by, by },
    ...{ decision: 'approved', ...(outcome === undefined ? {} : { outcome }) },
  });
  const failure = { code: 'HTTP_STATUS', message: 'No' };
  const ends: readonly ExecutionEvent[] = [
    completed({ n }),
    { type: 'failed', at: at(), error: failure, path: 'late' },
    { type: 'cancelled', at: at(), by: 'tok_1' },
  ];
  return [
    [start(subject, { n }), httpStep('first', 'step_started')],
    [httpStep('first', 'step_completed', { status: 200, n }), { type: 'step_waiting', at: at(), ...step, ...asked }],
    [{ type: 'suspended', at: at(), until: UNTIL }],
    [decide('ada')],
    [decide('bob', 'approved')],
    [{ type: 'woken', at: at(), generation: 1 }],
    [{ type: 'step_completed', at: at(), ...step, output: { approved: true } }, httpStep('late', 'step_started')],
    [ends[n % ends.length] as ExecutionEvent],
  ];
}

it('every entry of the journal delivered three times in shuffled order gives what each once and in order gives', async () => {
  process.stderr.write(`shuffled: MILLRACE_TEST_SEED=${SEED}\n`);
  const organisation = aSubject();
  const subjects = Array.from({ length: EXECUTIONS }, () =>
    aSubject({ organisationId: organisation.organisationId, workflowId: organisation.workflowId }),
  );
  const received: Received<JournalBatch>[] = [];
  for (const [n, subject] of subjects.entries())
    for (const events of entriesOf(subject, n)) {
      const one = await append(ordered.bus, subject, events);
      received.push({ ...one, subject: JournalEntry.subject(one.payload) });
    }
  const { signal } = new AbortController();
  const random = new SeededRandom(SEED);
  for (const one of received) await ordered.app.get(ProjectionService).project([one], { signal });

  const left = Array.from({ length: TIMES }, () => received).flat();
  while (left.length > 0) {
    const batch = Array.from({ length: Math.min(left.length, 1 + random.below(6)) }, () =>
      left.splice(random.below(left.length), 1),
    );
    await shuffled.app.get(ProjectionService).project(batch.flat(), { signal });
  }

  expect(await recordsOf(shuffled)).toEqual(await recordsOf(ordered));
  for (const { organisationId, executionId } of subjects) {
    const address = { organisation_id: organisationId, execution_id: executionId };
    const [one, other] = await Promise.all(
      [ordered, shuffled].map(({ app }) => app.get(ExecutionsService).get(address)),
    );
    expect(other).toEqual(one);
  }
  const { organisationId, workflowId } = organisation;
  for (const { app } of [ordered, shuffled])
    expect(await app.get(ExecutionsService).count(organisationId, [workflowId])).toEqual({ [workflowId]: EXECUTIONS });
});

/** What lists show, by the database; not in which of its two places an entry is kept. */
async function recordsOf({ database }: History): Promise<object[]> {
  const read = (collection: string) =>
    database.collection<{ _id: string }>(collection).find().sort({ _id: 1 }).toArray();
  const [executions, approvals] = await Promise.all([read('executions'), read('approvals')]);
  return [...executions, ...approvals].map(
    ({ inline_seq: _, inline_seqs: __, events: ___, ...rest }: Record<string, unknown>) => rest,
  );
}
