import { Controller } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import { ExecutionDue, RunRequested, type DueExecution, type RunRequest } from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { newHeaders, OnMessage, RequeueRefusedError, TerminalError } from '../src/index.js';
import { startService, type TestService } from './start-service.js';

/** What the handlers take, in the running test. */
let refuses: boolean;
let ran: RunRequest[];
let due: DueExecution[];

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 6 })
  run(run: RunRequest): void {
    if (refuses) throw new TerminalError('Not today');
    ran.push(run);
  }

  @OnMessage(ExecutionDue, { group: 'executor', concurrency: 1 })
  wake(execution: DueExecution): void {
    if (refuses) throw new TerminalError('Not today');
    due.push(execution);
  }
}

let nats: OwnServer;
let service: TestService;

beforeAll(async () => {
  nats = await startNats();
  service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController] });
});
beforeEach(() => {
  refuses = true;
  ran = [];
  due = [];
});
afterAll(async () => {
  try {
    await service.close();
  } finally {
    await nats.stop();
  }
});

const letters = () => service.bus.deadLetters;

/** Publishes a request to run that becomes a dead letter; returns its sequence among them. */
async function aDeadLetter(run: RunRequest = aRunRequest()): Promise<number> {
  await service.bus.publish(RunRequested, run, { requestId: 'req_1' });
  const found = () => letterOf(RunRequested.subject(run));
  await waitUntil('the dead letter', async () => (await found()) !== undefined);
  return (await found())?.sequence ?? 0;
}

async function letterOf(subject: string) {
  const { letters: all } = await letters().page(1, 100);
  return all.find((letter) => letter.subject === subject);
}

test('a dead letter says what it is, why it is one, and what it carries', async () => {
  const [small, large] = [aRunRequest(), aRunRequest({ input: 'x'.repeat(600_000) })];
  const sequence = await aDeadLetter(small);
  const letter = await letters().find(sequence);
  expect(letter).toMatchObject({
    ...{ group: 'executor', message: 'RunRequested', stream: 'RUNS', subject: RunRequested.subject(small) },
    ...{ reason: 'Not today', deliveries: 1, bytes: Buffer.byteLength(JSON.stringify(small)) },
  });
  expect(letter?.consumer).toMatch(/^executor-\d$/);
  expect(letter?.storedAt.getTime()).toBeGreaterThan(0);
  expect(JSON.parse(Buffer.from((await letter?.read()) ?? []).toString())).toEqual(small);
  const beside = await letters().find(await aDeadLetter(large));
  expect(beside?.bytes).toBe(Buffer.byteLength(JSON.stringify(large)));
  expect(JSON.parse(Buffer.from((await beside?.read()) ?? []).toString())).toEqual(large);
});

test('pages go on where the one before ended', async () => {
  const first = await aDeadLetter();
  const second = await aDeadLetter();
  const page = await letters().page(first, 1);
  expect([page.letters.map(({ sequence }) => sequence), page.more]).toEqual([[first], true]);
  const next = await letters().page(first + 1, 1);
  expect([next.letters.map(({ sequence }) => sequence), next.more]).toEqual([[second], false]);
  expect(await letters().page(second + 1, 1)).toEqual({ letters: [], more: false });
});

test('one that is put back is taken once, however often and by how many that is asked for', async () => {
  const run = aRunRequest();
  const sequence = await aDeadLetter(run);
  refuses = false;
  const all = await Promise.all([1, 2, 3].map(() => letters().requeue(sequence)));
  expect(all).toContainEqual({ stream: 'RUNS', subject: RunRequested.subject(run) });
  expect([await letters().requeue(sequence), await letters().find(sequence)]).toEqual([null, null]);
  await waitUntil('it to be taken', () => ran.length > 0);
  // What came after it has been taken as well.
  const later = aRunRequest({ organisation_id: run.organisation_id });
  await service.bus.publish(RunRequested, later);
  await waitUntil('the next one to be taken', () => ran.length > 1);
  expect(ran).toEqual([run, later]);
});

test('one whose removal failed after it was put back is not put back twice', async () => {
  const run = aRunRequest();
  const sequence = await aDeadLetter(run);
  refuses = false;
  const remove = jest.spyOn(service.bus.deadLetters, 'remove').mockRejectedValueOnce(new Error('The process died'));
  await expect(letters().requeue(sequence)).rejects.toThrow('The process died');
  remove.mockRestore();
  expect(await letters().requeue(sequence)).toEqual({ stream: 'RUNS', subject: RunRequested.subject(run) });
  const later = aRunRequest({ organisation_id: run.organisation_id });
  await service.bus.publish(RunRequested, later);
  await waitUntil('the next one to be taken', () =>
    ran.some(({ execution_id }) => execution_id === later.execution_id),
  );
  expect(ran).toEqual([run, later]);
});

test('a timer that was due comes back as one that is due', async () => {
  const { input: _input, ...run } = aRunRequest();
  const payload = { ...run, generation: 1 };
  await service.bus.publish(ExecutionDue, payload);
  const subject = ExecutionDue.subject(payload);
  await waitUntil('the dead letter', async () => (await letterOf(subject)) !== undefined);
  refuses = false;
  const sequence = (await letterOf(subject))?.sequence ?? 0;
  expect(await letters().requeue(sequence)).toEqual({ stream: 'TIMERS', subject });
  await waitUntil('it to be taken', () => due.length > 0);
  expect(due).toEqual([payload]);
});

test('what nothing takes any more, what is in a journal and what has lost its payload stays a dead letter', async () => {
  const manager = await jetstreamManager(service.bus.connection);
  const large = await aDeadLetter(aRunRequest({ input: 'x'.repeat(600_000) }));
  await manager.streams.purge('OBJ_payloads');
  await expect(letters().requeue(large)).rejects.toEqual(new RequeueRefusedError('payload_gone'));

  const { connection } = service.bus;
  const copyOf = async (stream: string, subject: string): Promise<number> => {
    const headers = newHeaders();
    headers.set('Millrace-Stream', stream);
    headers.set('Millrace-Subject', subject);
    const ack = await connection.request(`dlq.${stream}.copy`, '{}', { timeout: 5_000, headers });
    return ack.json<{ seq: number }>().seq;
  };
  const journal = await copyOf('JOURNAL_0', 'journal.0.org_1.exec_1');
  await expect(letters().requeue(journal)).rejects.toEqual(new RequeueRefusedError('in_journal'));
  for (const [stream, subject] of [
    ['TIMERS', 'timer.set.executions.org_1.exec_1.1'],
    ['TIMERS', 'timer.fire.executions'],
    ['GONE', 'timer.fire.executions.org_1.exec_1.1'],
    ['TIMERS', 'timer.fire.executions.*.exec_1.1'],
  ] as const) {
    const sequence = await copyOf(stream, subject);
    await expect(letters().requeue(sequence)).rejects.toEqual(new RequeueRefusedError('place_gone'));
    expect(await letters().find(sequence)).toMatchObject({ stream, subject });
  }
});

test('one that is removed is gone, and cannot be removed again', async () => {
  const sequence = await aDeadLetter();
  expect([await letters().remove(sequence), await letters().remove(sequence)]).toEqual([true, false]);
  expect(await letters().find(sequence)).toBeNull();
  expect(await letters().remove(1_000_000)).toBe(false);
});
