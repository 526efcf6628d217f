import {
  ActiveSnapshot,
  JournalEntry,
  PlanRestart,
  ReadReused,
  VersionSnapshot,
  type ExecutionEvent,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { ExecutionsRepository } from '../src/executions/executions.repository.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { JournalTrimmer } from '../src/executions/journal-trimmer.js';
import { addressOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, completed, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

/** What executions that retry or replay others get to begin with. */
let asked: AskedHistory;
let history: History;
let asker: NatsBus;

beforeAll(async () => {
  asked = await openAskedHistory({ journalMinutes: 0 });
  ({ history, asker } = asked);
});
afterAll(() => asked.stop());

const plan = (subject: Subject, rest: object = {}) =>
  asker.request(PlanRestart, { ...addressOf(subject), kind: 'retry', with_input: true, ...rest });
const failed = (path: string): ExecutionEvent[] => {
  const at = new Date().toISOString();
  const error = { code: 'HTTP_STATUS_ERROR', message: 'no' };
  return [
    { type: 'step_failed', at, path, step_type: 'http', started_at: at, attempt: 1, error },
    { type: 'failed', at, error, path },
  ];
};

async function listed({ organisationId }: Subject) {
  const question = { organisation_id: organisationId, limit: 10 };
  return waitUntil('it is listed', async () => {
    const { executions } = await history.app.get(ExecutionsService).list(question);
    return executions.some(({ status }) => status !== 'running') ? executions : null;
  });
}

async function publish({ organisationId, workflowId }: Subject, version: number, steps: object[]): Promise<void> {
  const of = { organisation_id: organisationId, workflow_id: workflowId, version };
  const document = JSON.stringify({ name: 'x', steps });
  await asker.snapshots.put(VersionSnapshot, of, { ...of, name: 'x', document });
  await asker.snapshots.put(ActiveSnapshot, of, { ...of, status: 'active' });
}

const call = (id: string) => ({ id, type: 'http', config: { url: 'https://example.com' } });

test('a retry gets what was done, also when only the record has it', async () => {
  const subject = aSubject();
  const begun = [start(subject), httpStep('a', 'step_started'), httpStep('a', 'step_completed')];
  await append(history.bus, subject, [...begun, httpStep('b', 'step_started'), ...failed('b')]);
  const reuse = { execution_id: subject.executionId, failed_path: 'b' };
  const expected = { workflow_id: subject.workflowId, version: 3, trigger: { type: 'api' }, input: { qty: 12 }, reuse };
  expect(await plan(subject)).toMatchObject({ ...expected, version: expect.any(Number) as number });
  const question = { organisation_id: subject.organisationId, reuse, skip: 0 };
  const page = await asker.request(ReadReused, question);
  expect(page).toMatchObject({ events: [{ type: 'step_completed', path: 'a', reused: true }], has_more: false });
  await listed(subject);
  await waitUntil('its journal is trimmed', async () => {
    await history.app.get(JournalTrimmer).trimBatch(Date.now() + 60_000);
    return (await history.bus.lastOnSubject(JournalEntry, addressOf(subject)))?.payload.end_marker;
  });
  expect(await plan(subject)).toMatchObject({ reuse });
  expect(await asker.request(ReadReused, question)).toEqual(page);
});

test('others learn nothing of it', async () => {
  const subject = aSubject();
  await append(history.bus, subject, [start(subject), httpStep('a', 'step_completed'), ...failed('b')]);
  const other = { ...subject, organisationId: aSubject().organisationId };
  await expect(plan(other)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  const question = { organisation_id: other.organisationId, reuse: { execution_id: subject.executionId }, skip: 0 };
  await expect(asker.request(ReadReused, question)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
});

test('one that goes on, one that is completed and one that has lost a part are refused', async () => {
  const [running, ended, incomplete] = [aSubject(), aSubject(), aSubject()];
  await append(history.bus, running, [start(running), httpStep('a', 'step_completed')]);
  await expect(plan(running)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FINISHED' });
  await append(history.bus, ended, [start(ended), completed()]);
  await expect(plan(ended)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FAILED' });
  await append(history.bus, incomplete, [start(incomplete), httpStep('a', 'step_completed'), ...failed('b')]);
  await listed(incomplete);
  await history.app.get(ExecutionsRepository).markMissing(incomplete.executionId, 1_000_000);
  await expect(plan(incomplete)).rejects.toMatchObject({ code: 'REUSE_IMPOSSIBLE' });
  await publish(incomplete, 1, [call('a')]);
  expect(await plan(incomplete, { kind: 'replay' })).toMatchObject({ version: 1, input: { qty: 12 } });
});

test('one of which nothing was done is started as if it were new', async () => {
  const subject = aSubject();
  await append(history.bus, subject, [start(subject), ...failed('a')]);
  expect(await plan(subject)).not.toHaveProperty('reuse');
});

test('a replay runs the active version by default, and a retry of a retry names the first trigger', async () => {
  const subject = aSubject();
  const trigger = { type: 'retry' as const, execution_id: 'exec_0', original: { type: 'schedule', scheduled_at: 'x' } };
  await append(history.bus, subject, [
    { ...(start(subject) as Extract<ExecutionEvent, { type: 'started' }>), trigger },
    httpStep('a', 'step_completed'),
    ...failed('b'),
  ]);
  await publish(subject, 2, [call('a'), call('b')]);
  expect(await plan(subject, { kind: 'replay', from_step: 'b' })).toMatchObject({
    version: 2,
    trigger: { type: 'schedule' },
    reuse: { steps: ['a'] },
    plan: { from_step: 'b', repeats: [] },
  });
  await expect(plan(subject, { kind: 'replay', version: 9 })).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  const [row] = await listed(subject);
  expect(row).toMatchObject({ retried_from: 'exec_0' });
});

test('a test that begins in the middle is planned by the document that it tries, also from a test', async () => {
  const subject = aSubject();
  const begun = start(subject);
  const tried = { ...begun, trigger: { type: 'test', runs: 'version' } } as ExecutionEvent;
  await append(history.bus, subject, [tried, httpStep('a', 'step_completed'), ...failed('b')]);
  const document = JSON.stringify({ name: 'x', steps: [call('a'), call('b'), call('added')] });
  const of = { kind: 'replay', version: 1, from_step: 'b' };
  await publish(subject, 1, [call('a'), call('b')]);
  const test = { workflow_id: subject.workflowId, document };
  expect(await plan(subject, { ...of, test })).toMatchObject({
    version: 1,
    input: { qty: 12 },
    reuse: { execution_id: subject.executionId, steps: ['a'] },
  });
  await expect(plan(subject, { ...of, from_step: 'added', test })).rejects.toMatchObject({
    code: 'REUSE_IMPOSSIBLE',
    details: { step_id: 'added' },
  });
  await expect(plan(subject, { ...of, test: { workflow_id: 'wf_other' } })).rejects.toMatchObject({
    code: 'REUSE_IMPOSSIBLE',
  });
  await expect(plan(subject, of)).rejects.toMatchObject({ code: 'EXECUTION_IS_TEST' });
});
