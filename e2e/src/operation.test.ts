import { headers, type NatsConnection } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import type { DeadLetterDetail, RequeuedDeadLetter, System } from '@millrace/contracts';
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

test('every service says that it is there, and everybody answers', async () => {
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
  expect(system.leases.map(({ lease }) => lease)).toContain('journal_trim');
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
