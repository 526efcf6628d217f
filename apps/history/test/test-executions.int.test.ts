import {
  CountExecutions,
  EventOccurred,
  EventTypesSnapshot,
  ExecutionFinished,
  GetExecutionStats,
  ListExecutions,
  newId,
  PlanRestart,
  type ExecutionEvent,
} from '@millrace/contracts';
import { sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { append, aSubject, completed, createHistory, start, type History, type Subject } from './start-history.js';

/* Executions that only try something are recorded as all others, and are in no figure and no event. */

let nats: OwnServer;
let mongo: SharedServer;
let history: History;

beforeAll(async () => {
  [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
  history = await createHistory({ nats: nats.url, mongo: mongo.url });
  await history.app.listen();
});
afterAll(async () => {
  await history.stop();
  await Promise.all([nats.stop(), mongo.stop()]);
});

/** An execution of the same workflow with this trigger, whose beginning, wait and end come in batches of their own. */
async function recorded(subject: Subject, trigger: Extract<ExecutionEvent, { type: 'started' }>['trigger']) {
  const of = { ...subject, executionId: newId('execution') };
  const { organisationId: organisation_id, executionId: execution_id } = of;
  const status = async () =>
    (await history.bus.request(ListExecutions, { organisation_id, limit: 20 })).executions.find(
      ({ id }) => id === execution_id,
    )?.status;
  await append(history.bus, of, [{ ...start(of), trigger } as ExecutionEvent]);
  await append(history.bus, of, [{ type: 'suspended', at: new Date().toISOString() }]);
  await waitUntil('its wait to be recorded', async () => (await status()) === 'waiting');
  await append(history.bus, of, [completed()]);
  await waitUntil('its end to be recorded', async () => (await status()) === 'completed');
  return execution_id;
}

test.each([
  ['a test', { type: 'test', runs: 'draft' }],
  ['what a test has started', { type: 'workflow', execution_id: newId('execution'), step_path: 'a', test: true }],
] as const)('%s is listed as one, counted nowhere, announced to nobody, and not done again', async (_name, trigger) => {
  const subject = aSubject({ organisationId: newId('organisation') });
  const { organisationId: organisation_id, workflowId: workflow_id } = subject;
  const types = ['execution.started' as const, 'execution.waiting' as const];
  await history.bus.snapshots.put(EventTypesSnapshot, { organisation_id }, { organisation_id, types });
  const tried = await recorded(subject, trigger);
  const live = await recorded(subject, { type: 'api' });

  const list = async (test?: 'true' | 'false') => {
    const question = { organisation_id, limit: 20, ...(test === undefined ? {} : { test }) };
    return (await history.bus.request(ListExecutions, question)).executions.map((one) => [one.id, one.test]);
  };
  expect(await list()).toEqual([
    [live, undefined],
    [tried, true],
  ]);
  expect(await list('true')).toEqual([[tried, true]]);
  expect(await list('false')).toEqual([[live, undefined]]);

  const { counts } = await history.bus.request(CountExecutions, { organisation_id, workflow_ids: [workflow_id] });
  expect(counts).toEqual({ [workflow_id]: 1 });
  const told = await history.bus.readSubject(EventOccurred, { organisation_id });
  expect(new Set(told.map(({ payload }) => payload.data['execution_id']))).toEqual(new Set([live]));
  const ends = await waitUntil('both ends to be announced', async () => {
    const announced = await history.bus.readSubject(ExecutionFinished, { organisation_id });
    return announced.length === 2 ? announced : null;
  });
  expect(new Map(ends.map(({ payload }) => [payload.execution_id, payload.test]))).toEqual(
    new Map([
      [tried, true],
      [live, undefined],
    ]),
  );
  const hour = 60 * 60_000;
  const from = new Date(Math.floor(Date.now() / hour) * hour - hour).toISOString();
  const to = new Date(Math.floor(Date.now() / hour) * hour + 2 * hour).toISOString();
  const totals = async () =>
    (await history.bus.request(GetExecutionStats, { organisation_id, from, to, bucket: 'hour' })).totals;
  await waitUntil('the live one to be counted', async () => (await totals()).total > 0);
  expect(await totals()).toMatchObject({ total: 1, completed: 1 });

  const again = { organisation_id, execution_id: tried, kind: 'replay' as const, version: 1 };
  await expect(history.bus.request(PlanRestart, again)).rejects.toMatchObject({ code: 'EXECUTION_IS_TEST' });
});
