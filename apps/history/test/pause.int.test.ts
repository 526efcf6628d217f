import {
  LIMITS,
  PauseExecution,
  ResumeExecution,
  RunRequested,
  type ExecutionEvent,
  type ExecutionResource,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { addressOf, entriesOf, openAskedHistory, type AskedHistory } from './asked-history.fixture.js';
import { append, aSubject, completed, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

/** Pausing as history does it, with nobody who runs executions. */
let asked: AskedHistory;
let history: History;
let asker: NatsBus;

beforeAll(async () => {
  asked = await openAskedHistory();
  ({ history, asker } = asked);
});
afterAll(() => asked.stop());

const pause = (subject: Subject): Promise<ExecutionResource> =>
  asker.request(PauseExecution, { ...addressOf(subject), by: 'tok_1', reason: 'The shop is down' });
const resume = (subject: Subject): Promise<ExecutionResource> =>
  asker.request(ResumeExecution, { ...addressOf(subject), by: 'tok_2' });
const typesOf = async (subject: Subject) =>
  (await entriesOf(history, subject)).flatMap(({ events }) => events.map(({ type }) => type));
const wakesOf = async (subject: Subject) =>
  (await asker.readSubject(RunRequested, addressOf(subject))).map(({ payload }) => payload.generation);
const suspended = (): ExecutionEvent => ({ type: 'suspended', at: new Date().toISOString() });

test('one that runs is asked to once, whoever asks how often, and shows it until it goes on', async () => {
  const subject = aSubject();
  await append(history.bus, subject, [start(subject), httpStep('call', 'step_started')]);
  const paused = { paused_by: 'tok_1', reason: 'The shop is down' };
  expect(await pause(subject)).toMatchObject({ status: 'running', pause: paused });
  expect(await pause(subject)).toMatchObject({ pause: paused });
  expect(await resume(subject)).not.toHaveProperty('pause');
  await resume(subject);
  await pause(subject);
  expect(await typesOf(subject)).toEqual(['started', 'step_started', 'paused', 'unpaused', 'paused']);
  expect(await wakesOf(subject)).toEqual([]);
});

test('one that is suspended stays so, and is woken when it goes on', async () => {
  const subject = aSubject();
  await append(history.bus, subject, [start(subject), suspended()]);
  expect(await pause(subject)).toMatchObject({ status: 'waiting' });
  expect((await entriesOf(history, subject)).at(-1)).toMatchObject({ suspended: {} });
  expect(await wakesOf(subject)).toEqual([]);
  await resume(subject);
  expect(await wakesOf(subject)).toEqual([1]);
  expect(await typesOf(subject)).toEqual(['started', 'suspended', 'paused', 'unpaused']);
});

test('one that was paused too often is not paused again, and can go on', async () => {
  const [subject, often] = [aSubject(), aSubject()];
  const at = new Date().toISOString();
  const pauses = (count: number) => Array.from({ length: count }, (): ExecutionEvent[] => [{ type: 'paused', at }, { type: 'unpaused', at }]).flat(); // prettier-ignore
  await append(history.bus, subject, [start(subject), ...pauses(LIMITS.pausesPerExecution - 1)]);
  await append(history.bus, often, [start(often), ...pauses(LIMITS.pausesPerExecution)]);
  expect(await pause(subject)).toHaveProperty('pause');
  await pause(subject);
  expect(await resume(subject)).not.toHaveProperty('pause');
  for (const refused of [subject, often])
    await expect(pause(refused)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', details: { kind: 'pauses' } });
});

test('one that has ended, that is unknown or that nobody has begun cannot be paused', async () => {
  const [ended, queued] = [aSubject(), aSubject()];
  await append(history.bus, ended, [start(ended), completed()]);
  await expect(pause(ended)).rejects.toMatchObject({ code: 'EXECUTION_FINISHED', details: { status: 'completed' } });
  await expect(resume(ended)).rejects.toMatchObject({ code: 'EXECUTION_FINISHED' });
  await expect(pause(aSubject())).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  await expect(pause({ ...ended, organisationId: aSubject().organisationId })).rejects.toMatchObject({
    code: 'EXECUTION_NOT_FOUND',
  });
  await asker.publish(RunRequested, {
    ...addressOf(queued),
    workflow_id: queued.workflowId,
    version: 1,
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
  });
  await expect(pause(queued)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await entriesOf(history, queued)).toEqual([]);
});
