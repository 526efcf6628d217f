import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  approvalIdOf,
  EventOccurred,
  EventTypesSnapshot,
  type ApprovalResource,
  type ExecutionEvent,
  type JournalBatch,
} from '@millrace/contracts';
import type { Received } from '@millrace/messaging';
import { documentedEvent, sharedMongo, startNats, type OwnServer, type SharedServer } from '@millrace/testing';
import { ApprovalsService } from '../src/approvals/approvals.service.js';
import { ApprovalsRepository } from '../src/approvals/approvals.repository.js';
import { ExecutionsRepository } from '../src/executions/executions.repository.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import { RecordRetention } from '../src/retention/record-retention.js';
import { append, aSubject, completed, createHistory, start, type History, type Subject } from './start-history.js';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'events.md'), 'utf8');
const UNTIL = '2099-01-01T00:00:00.000Z';

/** The records of approvals, written by hand so that each test decides what comes when; servers are real. */
describe('the record of an approval', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url, keep: { recordDays: 1 } });
    await history.database.asPromise();
    await history.app.get(ExecutionsRepository).createIndexes();
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const project = (...batch: Received<JournalBatch>[]) => history.app.get(ProjectionService).project(batch, { signal });
  const idOf = ({ executionId }: Subject, path = 'ask') => approvalIdOf(executionId, path, 1);
  const at = (): string => new Date().toISOString();
  const asks = (subject: Subject, path = 'ask'): ExecutionEvent => ({
    ...{ type: 'step_waiting', at: at(), path, step_type: 'approval', started_at: at(), attempt: 1 },
    ...{ waits_for: 'approval', until: UNTIL },
    frozen: {
      approval: { id: idOf(subject, path), message: 'May it?', required: 2, on_rejection: 'fail', on_expiry: 'fail' },
    },
  });
  const decides = (subject: Subject, by: string, outcome?: 'approved' | 'expired'): ExecutionEvent => ({
    ...{ type: 'approval_decided', at: at(), path: 'ask', approval_id: idOf(subject), decision_id: by, by },
    ...{ decision: outcome ?? 'approved', ...(outcome === undefined ? {} : { outcome }) },
  });
  const mails = (subject: Subject, to: string, attempt: number, result: 'sent' | 'failed'): ExecutionEvent => ({
    ...{ type: 'approval_mailed', at: at(), path: 'ask', approval_id: idOf(subject), to, number: 0, attempt, result },
    ...(result === 'sent'
      ? { message_id: `<${to}>` }
      : { error: { code: 'EMAIL_FAILED', message: 'No' }, retry_at: UNTIL }),
  });
  const suspended = (): ExecutionEvent => ({ type: 'suspended', at: at(), until: UNTIL });
  const listed = async ({ organisationId }: Subject): Promise<ApprovalResource[]> =>
    (await history.app.get(ApprovalsService).list({ organisation_id: organisationId, limit: 20 })).approvals;
  const written = async (subject: Subject, ...entries: ExecutionEvent[][]): Promise<Received<JournalBatch>[]> => {
    const received = [];
    for (const events of entries) received.push(await append(history.bus, subject, events));
    return received;
  };

  test.each([
    ['in order', [0, 1, 2, 3]],
    ['the other way round', [3, 2, 1, 0]],
    ['the outcome first', [2, 0, 1, 3]],
    ['the end before the last decisions', [0, 3, 1, 2]],
  ])('is the same when its parts come %s, and more than once', async (_, order) => {
    const subject = aSubject();
    const batches = await written(
      subject,
      [start(subject), asks(subject), mails(subject, 'a@b.example', 1, 'failed'), suspended()],
      [mails(subject, 'c@b.example', 1, 'sent'), mails(subject, 'a@b.example', 2, 'sent'), decides(subject, 'ada')],
      [decides(subject, 'bob', 'approved')],
      [completed()],
    );
    for (const index of [...order, ...order]) await project(batches[index] as Received<JournalBatch>);
    const expected = await history.app
      .get(ApprovalsService)
      .get({ organisation_id: subject.organisationId, approval_id: idOf(subject) });
    expect(expected).toMatchObject({ status: 'approved', decisions: [{ by: 'ada' }, { by: 'bob' }] });
    expect(expected.mails).toMatchObject([
      { to: 'a@b.example', reminder: 0, attempt: 2, result: 'sent', message_id: '<a@b.example>', error: null },
      { to: 'c@b.example', reminder: 0, attempt: 1, result: 'sent', retry_at: null },
    ]);
    expect(await listed(subject)).toEqual([expected]);
  });

  test('is cancelled with what the step is inside of, and with its execution, also when that is known first', async () => {
    const failed = { type: 'step_failed', step_type: 'parallel', started_at: at(), attempt: 1 } as const;
    const error = { code: 'STEP_TIMEOUT', message: '' };
    const inside = aSubject();
    const [asked, other, ended] = await written(
      inside,
      [start(inside), asks(inside, 'all.left.ask'), suspended()],
      [asks(inside, 'all_else')],
      [{ ...failed, path: 'all', at: at(), error }],
    );
    await project(asked as Received<JournalBatch>);
    await project(other as Received<JournalBatch>);
    await project(ended as Received<JournalBatch>);
    const statuses = (await listed(inside)).map(({ step_path, status }) => [step_path, status]);
    expect(Object.fromEntries(statuses)).toEqual({ 'all.left.ask': 'cancelled', all_else: 'pending' });
    const late = aSubject();
    const [begun, question, end] = await written(
      late,
      [start(late), suspended()],
      [asks(late)],
      [{ type: 'cancelled', at: at() }],
    );
    await project(begun as Received<JournalBatch>);
    await project(end as Received<JournalBatch>);
    await project(question as Received<JournalBatch>);
    expect(await listed(late)).toMatchObject([{ status: 'cancelled' }]);
  });

  test('is no place in the list of another organisation, which would show when it was asked for', async () => {
    const own = aSubject();
    const foreign = { ...aSubject(), organisationId: 'org_of_others' };
    for (const subject of [own, foreign]) await project(...(await written(subject, [start(subject), asks(subject)])));
    const behind = async (starting_after: string) =>
      (await history.app.get(ApprovalsService).list({ organisation_id: own.organisationId, limit: 20, starting_after }))
        .approvals;
    // It was asked for later, so the own one is behind it.
    expect(await listed(foreign)).toHaveLength(1);
    expect(await behind(idOf(foreign))).toEqual([]);
    expect(await behind(idOf(own))).toEqual([]);
  });

  test('is deleted with its execution, and its links with it', async () => {
    const subject = aSubject();
    await project(...(await written(subject, [start(subject), asks(subject), suspended()], [completed()])));
    const repository = history.app.get(ApprovalsRepository);
    const link = { _id: 'hash', org: subject.organisationId, approval: idOf(subject), approver: '"ada"' };
    await repository.insertLink(link);
    const retention = history.app.get(RecordRetention);
    const { signal } = new AbortController();
    await retention.sweep(Date.now(), signal);
    expect(await listed(subject)).toHaveLength(1);
    await retention.sweep(Date.now() + 2 * 86_400_000, signal);
    expect(await listed(subject)).toEqual([]);
    expect(await repository.findLink('hash')).toBeNull();
  });

  test('is announced to who subscribes: that it is asked for, that it waits, and what it came to, without what is asked', async () => {
    const subject = aSubject();
    const organisation_id = subject.organisationId;
    const types = ['approval.requested', 'approval.reminded', 'approval.decided'];
    const reminds = (number: number): ExecutionEvent => ({
      ...{ type: 'approval_reminded', at: UNTIL, path: 'ask', approval_id: idOf(subject), number, until: UNTIL },
    });
    await history.bus.snapshots.put(EventTypesSnapshot, { organisation_id }, { organisation_id, types });
    const batches = await written(
      subject,
      [start(subject), asks(subject), suspended()],
      [decides(subject, 'ada')],
      [reminds(1)],
      [reminds(2)],
      [decides(subject, 'bob', 'approved')],
    );
    for (const batch of [...batches, ...batches]) await project(batch);
    const told = (await history.bus.readSubject(EventOccurred, { organisation_id })).map(({ payload }) => payload);
    const of = { approval_id: idOf(subject), execution_id: subject.executionId, workflow_id: subject.workflowId };
    expect(told.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'approval.requested', data: { ...of, step_path: 'ask', required: 2, expires_at: UNTIL } },
      { type: 'approval.reminded', data: { ...of, step_path: 'ask', number: 1, expires_at: UNTIL } },
      { type: 'approval.reminded', data: { ...of, step_path: 'ask', number: 2, expires_at: UNTIL } },
      { type: 'approval.decided', data: { ...of, step_path: 'ask', status: 'approved' } },
    ]);
    for (const { type, data } of told)
      expect(Object.keys(data).sort()).toEqual(Object.keys(documentedEvent(page, type).data).sort());
  });
});
