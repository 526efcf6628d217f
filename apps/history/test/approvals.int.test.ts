import {
  approvalIdOf,
  CancelExecution,
  CreateApprovalLink,
  DecideApproval,
  DecideByLink,
  GetApproval,
  GetApprovalByLink,
  LIMITS,
  ListApprovals,
  RunRequested,
  newIdDigits,
  type ApprovalResource,
  type ExecutionEvent,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, completed, start, type History, type Subject } from './start-history.js';

const UNTIL = '2099-01-01T00:00:00.000Z';
/** Links that are made at the same time: no more than the reads that may wait for each other. */
const AT_ONCE = 12;
const at = (): string => new Date().toISOString();
const ids = new Map<string, number>();
/** Each decision is another one. */
const another = (): string => {
  ids.set('decision', (ids.get('decision') ?? 0) + 1);
  return `decision ${ids.get('decision')}`;
};

/** Approvals as history keeps them, with nobody who runs executions. */
describe('an approval', () => {
  let asked: AskedHistory;
  let history: History;
  let asker: NatsBus;

  beforeAll(async () => {
    asked = await openAskedHistory();
    ({ history, asker } = asked);
  });
  afterAll(() => asked.stop());

  const idOf = ({ executionId }: Subject, path = 'ask', attempt = 1) => approvalIdOf(executionId, path, attempt);
  const of = (subject: Subject, path = 'ask') => ({
    organisation_id: subject.organisationId,
    approval_id: idOf(subject, path),
  });
  const asks = (subject: Subject, more: object = {}, path = 'ask'): ExecutionEvent => ({
    ...{ type: 'step_waiting', at: at(), path, step_type: 'approval', started_at: at(), attempt: 1 },
    ...{ waits_for: 'approval', until: UNTIL },
    frozen: {
      approval: {
        ...{ id: idOf(subject, path), message: 'Pay 12?', data: { $amount: 12 }, required: 1 },
        ...{ on_rejection: 'continue', on_expiry: 'reject', ...more },
      },
    },
  });
  const suspended = (): ExecutionEvent => ({ type: 'suspended', at: at(), until: UNTIL });
  const waiting = async (more: object = {}, subject = aSubject()): Promise<Subject> => {
    await append(history.bus, subject, [start(subject), asks(subject, more), suspended()]);
    return subject;
  };
  const decide = (subject: Subject, by: string, approved = true, decision_id = another()): Promise<ApprovalResource> =>
    asker.request(DecideApproval, { ...of(subject), by, approved, decision_id });
  const get = (subject: Subject) => asker.request(GetApproval, of(subject));
  const decisionsOf = async (subject: Subject) =>
    (await entriesOf(history, subject)).flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'approval_decided' ? [event] : [])),
    );
  const queued = (subject: Subject) => asker.lastOnSubject(RunRequested, addressOf(subject));
  const list = async (subject: Subject, more: object = {}) =>
    (await asker.request(ListApprovals, { organisation_id: subject.organisationId, limit: 20, ...more })).approvals;
  /** What is in lists once the journal is projected. */
  const listed = async (subject: Subject, status: string, more: object = {}): Promise<ApprovalResource> => {
    for (let look = 0; look < 200; look++) {
      const found = (await list(subject, { status, ...more })).find(({ id }) => id === idOf(subject));
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`It is not listed as ${status}`);
  };

  test('is what its step asks, from the moment on when the journal has it', async () => {
    const subject = await waiting({ approvers: ['ada', 'bob'] });
    expect(await get(subject)).toEqual({
      id: idOf(subject),
      execution_id: subject.executionId,
      workflow_id: subject.workflowId,
      step_path: 'ask',
      status: 'pending',
      message: 'Pay 12?',
      data: { $amount: 12 },
      approvers: ['ada', 'bob'],
      required: 1,
      decisions: [],
      mails: [],
      requested_at: expect.any(String),
      expires_at: UNTIL,
      decided_at: null,
    });
  });

  test('wakes its execution with the decision that it needed, and not with those before', async () => {
    const subject = await waiting({ required: 2 });
    expect(await decide(subject, 'tok_1')).toMatchObject({ status: 'pending', decisions: [{ by: 'tok_1' }] });
    expect(await queued(subject)).toBeNull();
    expect(await decide(subject, 'tok_2')).toMatchObject({ status: 'approved', decided_at: expect.any(String) });
    expect((await queued(subject))?.payload).toMatchObject({ generation: 1, execution_id: subject.executionId });
    expect(await decisionsOf(subject)).toMatchObject([{ decision: 'approved' }, { outcome: 'approved' }]);
  });

  test('of two decisions at once of each approver one is taken, and none behind the last', async () => {
    const subject = await waiting({ required: 2 });
    const by = ['tok_1', 'tok_1', 'tok_2', 'tok_2', 'tok_3', 'tok_3'];
    const results = await Promise.allSettled(by.map((token) => decide(subject, token)));
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(4);
    for (const result of refused)
      expect((result as PromiseRejectedResult).reason).toMatchObject({ code: 'APPROVAL_DECIDED' });
    const taken = await decisionsOf(subject);
    expect(new Set(taken.map((decision) => decision.by)).size).toBe(2);
    expect(taken.map(({ outcome }) => outcome)).toEqual([undefined, 'approved']);
  });

  test('is rejected by one rejection, and a decision that is sent again is the same one', async () => {
    const subject = await waiting({ required: 3 });
    await decide(subject, 'tok_1', true, 'same');
    expect(await decide(subject, 'tok_1', true, 'same')).toMatchObject({ status: 'pending' });
    expect(await decide(subject, 'tok_2', false)).toMatchObject({ status: 'rejected' });
    await expect(decide(subject, 'tok_3')).rejects.toMatchObject({
      code: 'APPROVAL_DECIDED',
      details: { status: 'rejected' },
    });
    expect(await decisionsOf(subject)).toHaveLength(2);
  });

  test('has a decision that is repeated once its execution has ended, and takes no other one', async () => {
    const approved = await waiting();
    await decide(approved, 'tok_1', true, 'same');
    await append(history.bus, approved, [completed()]);
    const cancelled = await waiting({ required: 2 });
    await decide(cancelled, 'tok_1', true, 'same');
    await asker.request(CancelExecution, addressOf(cancelled));
    const refusals = [
      [approved, 'approved', { code: 'APPROVAL_DECIDED', details: { status: 'approved' } }],
      [cancelled, 'cancelled', { code: 'EXECUTION_FINISHED', details: { status: 'cancelled' } }],
    ] as const;
    for (const [subject, status, refusal] of refusals) {
      const decisions = [{ by: 'tok_1', approved: true }];
      expect(await decide(subject, 'tok_1', true, 'same')).toMatchObject({ status, decisions });
      await expect(decide(subject, 'tok_1')).rejects.toMatchObject(refusal);
      expect(await decisionsOf(subject)).toHaveLength(1);
    }
  });

  test('takes no decision of who is no approver, once it has expired, or once its execution has ended', async () => {
    const named = await waiting({ approvers: ['ada'] });
    await expect(decide(named, 'tok_1')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const expired = await waiting();
    const event = { type: 'approval_decided', at: at(), path: 'ask', approval_id: idOf(expired) } as const;
    await append(history.bus, expired, [{ ...event, decision: 'expired', outcome: 'expired' }]);
    await expect(decide(expired, 'tok_1')).rejects.toMatchObject({
      code: 'APPROVAL_DECIDED',
      details: { status: 'expired' },
    });
    const cancelled = await waiting();
    await asker.request(CancelExecution, addressOf(cancelled));
    expect(await get(cancelled)).toMatchObject({ status: 'cancelled' });
    await expect(decide(cancelled, 'tok_1')).rejects.toMatchObject({ code: 'EXECUTION_FINISHED' });
    const approved = await waiting();
    await decide(approved, 'tok_1');
    await append(history.bus, approved, [completed()]);
    await expect(decide(approved, 'tok_2')).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
    for (const subject of [named, cancelled]) expect(await decisionsOf(subject)).toEqual([]);
  });

  test('of another organisation, or of a step that asks nobody, is not there', async () => {
    const subject = await waiting();
    const stranger = { organisation_id: aSubject().organisationId, approval_id: idOf(subject) };
    const other = { organisation_id: subject.organisationId, approval_id: idOf(subject, 'other') };
    const nobody = { organisation_id: subject.organisationId, approval_id: idOf(aSubject()) };
    for (const question of [stranger, other, nobody]) {
      const notFound = { code: 'APPROVAL_NOT_FOUND' };
      await expect(asker.request(GetApproval, question)).rejects.toMatchObject(notFound);
      const decision = { ...question, by: 'tok_1', approved: true, decision_id: another() };
      await expect(asker.request(DecideApproval, decision)).rejects.toMatchObject(notFound);
      const link = { ...question, approver: 'ada' };
      await expect(asker.request(CreateApprovalLink, link)).rejects.toMatchObject(notFound);
    }
    expect(await decisionsOf(subject)).toEqual([]);
    expect(await list(aSubject())).toEqual([]);
  });

  test('is listed by what it is, as it is by its id', async () => {
    const subject = await waiting({ required: 2 });
    const second = await waiting({}, aSubject({ ...subject, executionId: aSubject().executionId }));
    await listed(second, 'pending');
    expect(await listed(subject, 'pending')).toEqual(await get(subject));
    const all = await list(subject);
    expect(all.map(({ id }) => id)).toEqual([idOf(second), idOf(subject)]);
    const first = await asker.request(ListApprovals, { organisation_id: subject.organisationId, limit: 1 });
    expect(first).toMatchObject({ has_more: true, next_cursor: idOf(second) });
    expect((await list(subject, { limit: 1, starting_after: first.next_cursor })).map(({ id }) => id)).toEqual([
      idOf(subject),
    ]);
    expect((await list(subject, { execution_id: subject.executionId })).map(({ id }) => id)).toEqual([idOf(subject)]);
    expect(await list(subject, { workflow_id: subject.workflowId })).toHaveLength(2);
    expect(await list(subject, { workflow_id: aSubject().workflowId })).toEqual([]);
    await decide(subject, 'tok_1');
    await decide(subject, 'tok_2');
    expect(await listed(subject, 'approved')).toEqual(await get(subject));
    await asker.request(CancelExecution, addressOf(second));
    expect(await listed(second, 'cancelled')).toMatchObject({ decisions: [] });
  });

  test('is decided by a link once, in the name of whom it is for, and looking at it decides nothing', async () => {
    const subject = await waiting({ approvers: ['ada', 'bob'], required: 2 });
    const approval_id = idOf(subject);
    const link = (approver: string) => asker.request(CreateApprovalLink, { ...of(subject), approver });
    await expect(link('eve')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const { link_token } = await link('ada');
    const again = await link('ada');
    const shown = await asker.request(GetApprovalByLink, { approval_id, link_token });
    expect(shown).toMatchObject({ approver: 'ada', approval: { status: 'pending', decisions: [] } });
    const decideBy = (token: string, approved = true) =>
      asker.request(DecideByLink, { approval_id, link_token: token, approved, decision_id: another() });
    expect(await decideBy(link_token)).toMatchObject({ approval: { decisions: [{ by: 'ada' }] } });
    // Neither the same link nor another one of the same person decides a second time.
    for (const token of [link_token, again.link_token])
      await expect(decideBy(token, false)).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
    const unknown = { approval_id, link_token: 'a'.repeat(32) };
    await expect(asker.request(GetApprovalByLink, unknown)).rejects.toMatchObject({ code: 'APPROVAL_NOT_FOUND' });
    const elsewhere = { approval_id: idOf(await waiting()), link_token };
    await expect(asker.request(GetApprovalByLink, elsewhere)).rejects.toMatchObject({ code: 'APPROVAL_NOT_FOUND' });
    const stored = JSON.stringify(await history.database.collection('approval_links').find().toArray());
    expect(stored).not.toContain(link_token);
  });

  test('has one link of those that are asked for again under the same key, since a gateway died', async () => {
    const subject = await waiting();
    const write = { id: newIdDigits(), seed: 's'.repeat(43) };
    const create = (again: boolean) =>
      asker.request(CreateApprovalLink, { ...of(subject), approver: 'ada' }, { write: { ...write, again } });
    const first = await create(false);
    expect(await create(true)).toEqual(first);
    const links = history.database.collection('approval_links');
    expect(await links.countDocuments({ approval: idOf(subject) })).toBe(1);
  });

  test('has so many links at most, and none once it is decided', async () => {
    const subject = await waiting();
    const create = () => asker.request(CreateApprovalLink, { ...of(subject), approver: 'ada' });
    await create();
    const link = { org: subject.organisationId, approval: idOf(subject), approver: '"bob"' };
    const many = Array.from({ length: LIMITS.approvalLinks - 1 }, (_, index) => ({
      ...link,
      _id: `${idOf(subject)} ${index}`,
    }));
    await history.database.collection<{ _id: string }>('approval_links').insertMany(many);
    await expect(create()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    // Those in mails are counted apart.
    const mailed = { ...of(subject), approver: 'ada', mailed: true };
    await expect(asker.request(CreateApprovalLink, mailed)).resolves.toBeDefined();
    await decide(subject, 'tok_1');
    await expect(create()).rejects.toMatchObject({ code: 'APPROVAL_DECIDED' });
  });

  test('has no more links than that when many are made at the same time', async () => {
    const subject = await waiting();
    const before = LIMITS.approvalLinks - 2;
    const links = history.database.collection<{ _id: string }>('approval_links');
    const link = { org: subject.organisationId, approval: idOf(subject), approver: '"bob"' };
    await links.insertMany(
      Array.from({ length: before }, (_, index) => ({ ...link, _id: `${idOf(subject)} ${index}` })),
    );
    const create = () => asker.request(CreateApprovalLink, { ...of(subject), approver: 'ada' });
    const made = await Promise.allSettled(Array.from({ length: AT_ONCE }, create));
    const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const reason of refused) expect(reason).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    expect(refused.length).toBeGreaterThanOrEqual(AT_ONCE - 2);
    // What is stored are those that somebody has.
    expect(await links.countDocuments({ approval: idOf(subject) })).toBe(before + AT_ONCE - refused.length);
  });
});
