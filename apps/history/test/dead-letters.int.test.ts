import {
  DiscardDeadLetter,
  ExecutionDue,
  GetDeadLetter,
  ListDeadLetters,
  RequeueDeadLetter,
  type DeadLetter,
} from '@millrace/contracts';
import { HEADERS, newHeaders } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { addressOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, completed, httpStep, start, type Subject } from './start-history.js';

/** Dead letters as the operator sees them. */
let asked: AskedHistory;

beforeAll(async () => {
  asked = await openAskedHistory();
});
afterAll(() => asked.stop());

/** Keeps a message as a consumer that gave it up does; returns its id. */
async function keep(stream: string, consumer: string, subject: string, payload: string): Promise<string> {
  const headers = newHeaders();
  const named = [
    [HEADERS.reason, 'The payload is not what it should be'],
    [HEADERS.originStream, stream],
    [HEADERS.originConsumer, consumer],
    [HEADERS.originSubject, subject],
    [HEADERS.originSequence, '7'],
    [HEADERS.deliveries, '3'],
  ] as const;
  for (const [name, value] of named) headers.set(name, value);
  const ack = await connection().request(`dlq.${stream}.${subject}`, payload, { timeout: 5_000, headers });
  return `dl_${ack.json<{ seq: number }>().seq}`;
}

const connection = () => asked.asker.connection;

/** An execution that waits, of which the message that wakes it is a dead letter. */
async function aMissedWaking(): Promise<{ subject: Subject; id: string; timer: string }> {
  const subject = aSubject();
  await append(asked.history.bus, subject, [start(subject), httpStep('call', 'step_started')]);
  const timer = ExecutionDue.subject({ ...addressOf(subject), generation: 1 });
  const payload = JSON.stringify({ ...addressOf(subject), generation: 1, version: 1, input: { api_key: 'k', n: 1 } });
  return { subject, timer, id: await keep('TIMERS', 'executor', timer, payload) };
}

const get = (dead_letter_id: string) => asked.asker.request(GetDeadLetter, { dead_letter_id });
const requeue = (dead_letter_id: string) => asked.asker.request(RequeueDeadLetter, { dead_letter_id });

async function idsOn(options: { limit: number; starting_after?: string }): Promise<string[]> {
  const { dead_letters } = await asked.asker.request(ListDeadLetters, options);
  return dead_letters.map(({ id }) => id);
}

test('the operator sees what each one is about, and what it carries without what is secret in it', async () => {
  const { id, subject, timer } = await aMissedWaking();
  const known: Partial<DeadLetter> = {
    ...{ id, service: 'executor', message: 'ExecutionDue', stream: 'TIMERS', consumer: 'executor', subject: timer },
    ...{ organisation_id: subject.organisationId, execution_id: subject.executionId, deliveries: 3 },
    reason: 'The payload is not what it should be',
  };
  const { dead_letters } = await asked.asker.request(ListDeadLetters, { limit: 100 });
  expect(dead_letters.at(-1)).toMatchObject(known);
  expect(await get(id)).toMatchObject({
    ...known,
    payload: { execution_id: subject.executionId, input: { api_key: '••••', n: 1 } },
    payload_omitted: null,
  });
});

test('what is no JSON or too large is not shown', async () => {
  const place = ['TIMERS', 'executor', 'timer.fire.executions.org_1.exec_1.1'] as const;
  const omitted = async (payload: string) => {
    const { payload: shown, payload_omitted } = await get(await keep(...place, payload));
    return [shown, payload_omitted];
  };
  expect(await omitted('{"token":"abc')).toEqual([null, 'unreadable']);
  expect(await omitted(JSON.stringify('x'.repeat(300_000)))).toEqual([null, 'too_large']);
});

test('a page goes on behind the one before', async () => {
  const ids = [(await aMissedWaking()).id, (await aMissedWaking()).id, (await aMissedWaking()).id] as const;
  expect(await idsOn({ limit: 1, starting_after: ids[0] })).toEqual([ids[1]]);
  expect(await idsOn({ limit: 10, starting_after: ids[0] })).toEqual([ids[1], ids[2]]);
  const last = await asked.asker.request(ListDeadLetters, { limit: 10, starting_after: ids[2] });
  expect(last).toEqual({ dead_letters: [], next_cursor: null, has_more: false });
});

test('one is put back once, and is no dead letter then', async () => {
  const { id, timer } = await aMissedWaking();
  expect(await requeue(id)).toEqual({ id, stream: 'TIMERS', subject: timer });
  await expect(requeue(id)).rejects.toMatchObject({ code: 'DEAD_LETTER_NOT_FOUND', details: { dead_letter_id: id } });
  const stored = await connection().request('$JS.API.STREAM.INFO.TIMERS', JSON.stringify({ subjects_filter: timer }));
  expect(stored.json()).toMatchObject({ state: { subjects: { [timer]: 1 } } });
});

test('what would run an execution that has ended, or one that nobody knows, is not put back and stays', async () => {
  const { id, subject } = await aMissedWaking();
  await append(asked.history.bus, subject, [completed()]);
  const executions = asked.history.app.get(ExecutionsService);
  await waitUntil('the end', async () => (await executions.get(addressOf(subject))).status === 'completed');
  const why = {
    code: 'DEAD_LETTER_NOT_REQUEUED',
    details: { why: 'execution_over', execution_id: subject.executionId },
  };
  await expect(requeue(id)).rejects.toMatchObject(why);
  const unknown = aSubject();
  const timer = ExecutionDue.subject({ ...addressOf(unknown), generation: 1 });
  const other = await keep('TIMERS', 'executor', timer, '{}');
  await expect(requeue(other)).rejects.toMatchObject({ ...why, details: { execution_id: unknown.executionId } });
  expect(await get(id)).toMatchObject({ id });
});

test('an entry of a journal is not written into it again', async () => {
  const id = await keep('JOURNAL_0', 'history', 'journal.0.org_1.exec_1', '{}');
  const refused = { code: 'DEAD_LETTER_NOT_REQUEUED', details: { why: 'in_journal' } };
  await expect(requeue(id)).rejects.toMatchObject(refused);
});

test('one is deleted once, and what is no id of one is not found', async () => {
  const { id } = await aMissedWaking();
  const discard = (dead_letter_id: string) => asked.asker.request(DiscardDeadLetter, { dead_letter_id });
  expect(await discard(id)).toEqual({ dead_letter_id: id });
  for (const missing of [id, 'dl_999999999', 'dl_0', 'x'])
    await expect(discard(missing)).rejects.toMatchObject({ code: 'DEAD_LETTER_NOT_FOUND' });
});
