import { headers, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import type { DeadLetterDetail, RequeuedDeadLetter, Starts, System } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { natsConnection } from './support/nats.js';
import { readEndpoints } from './support/platform.js';

/** What the operator of the installation sees, and puts right. */
const operator = new ApiClient(readEndpoints().operator_token);
const api = new ApiClient();
let nats: NatsConnection;

beforeAll(async () => {
  nats = await natsConnection();
});
afterAll(() => nats.close());

test('every service says that it is there, and everybody replies', async () => {
  const system = await operator.expect<System>(200, 'GET', '/system');
  expect(system.sources.filter(({ answered }) => !answered)).toEqual([]);
  expect(system.services.map(({ service, versions, replicas }) => [service, versions.length, replicas.length])).toEqual(
    ['definitions', 'email-ingest', 'executor', 'gateway', 'history', 'scheduler', 'webhook-dispatcher'].map((name) => [
      name,
      1,
      name === 'executor' ? (expect.any(Number) as number) : 1,
    ]),
  );
  expect(system.services.filter(({ ok }) => !ok)).toEqual([]);
  await eventually('history has said what one of its processes does', async () => {
    const { leases } = await operator.expect<System>(200, 'GET', '/system');
    return leases.some(({ lease, ok }) => lease === 'journal_trim' && ok) || undefined;
  });
});

test('a message that becomes a dead letter is shown, not put back where nothing would come of it, and discarded', async () => {
  const subject = 'timer.fire.executions.org_dev.exec_01kaxh3v9m0000000000000000.1';
  await nats.request(subject, '{"version":"two","input":{"password":"correct-horse"}}', { timeout: 10_000 });
  const letter = await eventually('it is a dead letter', async () => {
    const { dead_letters } = await operator.expect<{ dead_letters: DeadLetterDetail[] }>(
      200,
      'GET',
      '/dead-letters?limit=100',
    );
    return dead_letters.find((one) => one.subject === subject);
  });
  const path = `/dead-letters/${letter.id}`;
  const shown = await operator.expect<DeadLetterDetail>(200, 'GET', path);
  expect(shown).toMatchObject({ service: 'executor', message: 'ExecutionDue', organisation_id: 'org_dev' });
  expect(shown.reason).toContain('Payload is malformed');
  expect(shown.payload).toEqual({ version: 'two', input: { password: '••••' } });
  const refused = await operator.call<{ error: object }>('POST', `${path}/requeue`);
  expect([refused.status, refused.body.error]).toMatchObject([
    409,
    { code: 'DEAD_LETTER_NOT_REQUEUED', details: { why: 'execution_over' } },
  ]);
  await operator.expect(204, 'POST', `${path}/discard`);
  await operator.expect(404, 'GET', path);
});

test('an execution whose waking was given up goes on when the message is put back', async () => {
  const steps = [{ id: 'wait', type: 'wait', config: { duration: '5s' } }];
  const workflow = await api.create({ name: 'Woken by hand', steps });
  const id = (await api.execute(workflow.id, {})).execution_id;
  const manager = await jetstreamManager(nats);
  const last_by_subj = `timer.set.executions.org_dev.${id}.*`;
  const timer = await eventually('it waits', async () => {
    const stored = await manager.streams.getMessage('TIMERS', { last_by_subj }).catch(() => null);
    return stored ?? undefined;
  });
  await manager.streams.purge('TIMERS', { filter: timer.subject });
  const subject = timer.subject.replace('timer.set.', 'timer.fire.');
  const kept = headers();
  for (const [name, value] of [
    ['Millrace-Reason', 'Given up by a test'],
    ['Millrace-Stream', 'TIMERS'],
    ['Millrace-Consumer', 'executor'],
    ['Millrace-Subject', subject],
  ] as const)
    kept.set(name, value);
  const ack = await nats.request(`dlq.TIMERS.${subject}`, timer.data, { timeout: 10_000, headers: kept });
  const letter = `dl_${ack.json<{ seq: number }>().seq}`;
  expect(await operator.expect<RequeuedDeadLetter>(200, 'POST', `/dead-letters/${letter}/requeue`)).toEqual({
    ...{ id: letter, stream: 'TIMERS', subject },
  });
  await operator.expect(404, 'POST', `/dead-letters/${letter}/requeue`);
  expect((await api.ended(id)).status).toBe('completed');
});

test('while all starts are paused nothing begins, what runs goes on, and what waited begins afterwards', async () => {
  const steps = [{ id: 'wait', type: 'wait', config: { duration: '3s' } }];
  const running = await api.create({ name: 'Goes on', steps });
  const fast = [{ id: 'done', type: 'transform', config: { output: 1 } }];
  const called = await api.create({ name: 'Called', trigger: { type: 'webhook' }, steps: fast });
  const scheduled = await api.create({
    name: 'Due',
    trigger: { type: 'schedule', config: { interval: '1s' } },
    steps: fast,
  });
  const { execution_id } = await api.execute(running.id, {});
  const paused = await operator.expect<Starts>(200, 'POST', '/system/starts/pause', { json: { reason: 'A test' } });
  try {
    expect(paused).toMatchObject({ paused: true, reason: 'A test' });
    const refused = await eventually('starts are refused', async () => {
      const answer = await api.call<{ error: { code: string; details: object } }>(
        'POST',
        `/workflows/${called.id}/execute`,
        {
          json: {},
        },
      );
      return answer.status === 503 ? answer : undefined;
    });
    expect([refused.body.error.code, refused.headers.get('retry-after')]).toEqual(['STARTS_PAUSED', '10']);
    expect(refused.body.error.details).toEqual({ since: paused.since, reason: 'A test' });
    const call = await api.call<{ error: { code: string } }>('POST', ApiClient.webhookPath(called), { json: {} });
    expect([call.status, call.body.error.code]).toEqual([503, 'STARTS_PAUSED']);
    expect((await operator.expect<System>(200, 'GET', '/system')).starts).toMatchObject({ paused: true, ok: false });
    expect((await api.ended(execution_id)).status).toBe('completed');
    const count = (await api.executions(`workflow_id=${scheduled.id}&limit=100`)).executions.length;
    const again = (await operator.expect<System>(200, 'GET', '/system')).starts;
    expect(again?.since).toBe(paused.since);
    expect((await api.executions(`workflow_id=${scheduled.id}&limit=100`)).executions).toHaveLength(count);
  } finally {
    await operator.expect(200, 'POST', '/system/starts/resume');
  }
  const before = (await api.executions(`workflow_id=${scheduled.id}&limit=100`)).executions.length;
  await eventually('the schedule goes on', async () => {
    const { executions } = await api.executions(`workflow_id=${scheduled.id}&limit=100`);
    return executions.length > before ? true : undefined;
  });
  await api.expect(204, 'DELETE', `/workflows/${scheduled.id}`);
  expect((await api.run(called.id)).status).toBe('completed');
});
