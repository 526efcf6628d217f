import { Controller } from '@nestjs/common';
import { AppError, defineRequest, JournalEntry, LIMITS, RunRequested } from '@millrace/contracts';
import { MessagePattern } from '@nestjs/microservices';
import { jetstreamManager } from '@nats-io/jetstream';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { connectBus, OnMessage, OnRequest, silentLogger, type NatsBus, type RequestContext } from '../src/index.js';
import { gate, startService, type TestService } from './start-service.js';

const Echo = defineRequest({
  subject: 'echo.text',
  question: z.object({ text: z.string() }),
  answer: z.object({ text: z.string(), request_id: z.string().optional() }),
});
const Fail = defineRequest({
  subject: 'echo.fail',
  question: z.object({ how: z.string() }),
  answer: z.object({ never: z.boolean() }),
});

const Patience = defineRequest({
  subject: 'echo.patience',
  question: z.object({}),
  answer: z.object({ left: z.number() }),
});

/** More than a message carries itself. */
const LONG_PROBLEMS = Array.from({ length: 100 }, (_, index) => ({
  path: `steps[${index}]`,
  message: 'x'.repeat(LIMITS.inlinePayloadBytes / 50),
}));

@Controller()
class EchoController {
  @OnRequest(Echo)
  echo(question: { text: string }, context: RequestContext): { text: string; request_id?: string } {
    return context.requestId === undefined
      ? { text: question.text }
      : { text: question.text, request_id: context.requestId };
  }

  @OnRequest(Patience)
  patience(_question: object, { patienceMs }: RequestContext): { left: number } {
    return { left: patienceMs };
  }

  @OnRequest(Fail)
  fail({ how }: { how: string }): never {
    if (how === 'known') throw new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id: 'wf_1' } });
    if (how === 'at length') throw new AppError('INVALID_INPUT', { details: { problems: LONG_PROBLEMS } });
    throw new TypeError(`secret detail: ${how}`);
  }
}

const slowBegan = gate();
const Slower = defineRequest({ subject: 'slow.work', question: z.object({}), answer: z.object({ done: z.boolean() }) });

@Controller()
class SlowController {
  @OnRequest(Slower)
  async work(): Promise<{ done: boolean }> {
    slowBegan.open();
    await sleep(300);
    return { done: true };
  }
}

const lateMayReply = gate();
const Late = defineRequest({ subject: 'late.large', question: z.object({}), answer: z.object({ text: z.string() }) });

@Controller()
class LateController {
  @OnRequest(Late)
  async work(): Promise<{ text: string }> {
    await lateMayReply.opened;
    return { text: 'x'.repeat(400_000) };
  }
}

const Laborious = defineRequest({
  subject: 'heavy.labour',
  question: z.object({ organisation_id: z.string() }),
  answer: z.object({ done: z.boolean() }),
});
const mayEnd = gate();
const worked: string[] = [];

@Controller()
class LaboriousController {
  @OnRequest(Laborious, { heavy: true })
  async work({ organisation_id }: { organisation_id: string }): Promise<{ done: boolean }> {
    worked.push(organisation_id);
    await mayEnd.opened;
    return { done: true };
  }
}

const Heavy = defineRequest({
  subject: 'heavy.work',
  question: z.object({ organisation_id: z.string(), text: z.string() }),
  answer: z.object({ done: z.boolean() }),
});
const atWork: string[] = [];
const mostAtWork: Record<string, number> = {};
const finished: string[] = [];

@Controller()
class HeavyController {
  @OnRequest(Heavy)
  async work({ organisation_id: owner }: { organisation_id: string }): Promise<{ done: boolean }> {
    atWork.push(owner);
    mostAtWork['all'] = Math.max(mostAtWork['all'] ?? 0, atWork.length);
    mostAtWork[owner] = Math.max(mostAtWork[owner] ?? 0, atWork.filter((one) => one === owner).length);
    await sleep(20);
    atWork.splice(atWork.indexOf(owner), 1);
    finished.push(owner);
    return { done: true };
  }
}

let nats: OwnServer;
let service: TestService;
let asker: NatsBus;
/** Lines of the log about questions that could not be answered. */
const failures: unknown[] = [];

beforeAll(async () => {
  nats = await startNats();
  const logger = { ...silentLogger, error: (fields: unknown) => void failures.push(fields) };
  service = await startService({ url: nats.url, name: 'echo', controllers: [EchoController], logger });
  asker = await connectBus({ url: nats.url, name: 'asker', logger: silentLogger });
});
afterAll(async () => {
  try {
    await Promise.all([asker.close(), service.close()]);
  } finally {
    await nats.stop();
  }
});

test('a question is answered, with its request id', async () => {
  expect(await asker.request(Echo, { text: 'Grüße' })).toEqual({ text: 'Grüße' });
  expect(await asker.request(Echo, { text: 'x' }, { requestId: 'req-7' })).toEqual({ text: 'x', request_id: 'req-7' });
});

test('an AppError reaches the asker as it was thrown', async () => {
  const asked = asker.request(Fail, { how: 'known' });
  await expect(asked).rejects.toBeInstanceOf(AppError);
  await expect(asked).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND', details: { workflow_id: 'wf_1' } });
});

test('an AppError of more than a message carries reaches the asker whole', async () => {
  const asked = asker.request(Fail, { how: 'at length' });
  await expect(asked).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { problems: LONG_PROBLEMS } });
});

test('any other error becomes INTERNAL_ERROR and reveals nothing of the inside', async () => {
  const error: unknown = await asker.request(Fail, { how: 'boom' }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'INTERNAL_ERROR' });
  expect(JSON.stringify((error as AppError).toBody())).not.toContain('secret detail');
});

test('a line about a question that could not be answered has the id of the call that asked it', async () => {
  await expect(asker.request(Fail, { how: 'boom' }, { requestId: 'req-8' })).rejects.toThrow();
  expect(failures.at(-1)).toMatchObject({ subject: 'echo.fail', requestId: 'req-8' });
});

test('a malformed question is refused before the handler, with the subject', async () => {
  const wrong = { text: 5 } as unknown as { text: string };
  await expect(asker.request(Echo, wrong)).rejects.toThrow(/question on echo.text does not have the agreed form/);
});

test('large questions and answers go through the object store', async () => {
  const text = 'ä'.repeat(600_000);
  expect((await asker.request(Echo, { text })).text).toBe(text);
});

test('replicas share the questions, and each is answered once', async () => {
  let answers = 0;
  const replica = await startService({ url: nats.url, name: 'echo', controllers: [EchoController] });
  const watch = asker.connection.subscribe(`_INBOX.>`, {
    callback: (_, message) => void (message.string().includes('"text"') && answers++),
  });
  await asker.connection.flush();
  await Promise.all(Array.from({ length: 50 }, (_, index) => asker.request(Echo, { text: String(index) })));
  await asker.connection.flush();
  watch.unsubscribe();
  expect(answers).toBe(50);
  await replica.close();
});

test('a question under way when its service shuts down is still answered', async () => {
  const replica = await startService({ url: nats.url, name: 'slow', controllers: [SlowController] });
  const asked = asker.request(Slower, {});
  await slowBegan.opened;
  await replica.close();
  expect(await asked).toEqual({ done: true });
});

test('a large reply that comes after its time-out does not stay in the object store', async () => {
  const replica = await startService({ url: nats.url, name: 'late', controllers: [LateController] });
  const stored: string[] = [];
  const watch = asker.connection.subscribe('$O.*.M.>', { callback: (_, { subject }) => void stored.push(subject) });
  await expect(asker.request(Late, {}, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  lateMayReply.open();
  const chunks = async (bucket: string) => {
    const manager = await jetstreamManager(asker.connection);
    const info = await manager.streams.info(`OBJ_${bucket}`, { subjects_filter: `$O.${bucket}.C.>` });
    return Object.keys(info.state.subjects ?? {}).length;
  };
  // Stored, and then marked as deleted.
  await waitUntil('the reply to come and to go', async () => stored.length > 1 && (await chunks('replies')) === 0);
  expect(await chunks('payloads')).toBe(0);
  expect(new Set(stored.map((subject) => subject.split('.')[1]))).toEqual(new Set(['replies']));
  watch.unsubscribe();
  await replica.close();
});

test('a caller of an earlier version finds a large reply where it looks for it', async () => {
  const replica = await startService({ url: nats.url, name: 'late', controllers: [LateController] });
  lateMayReply.open();
  const reply = await asker.connection.request(Late.subject, '{}', { timeout: 10_000 });
  expect(await asker.payloads.open(reply)).toEqual({ text: 'x'.repeat(400_000) });
  await asker.payloads.discard(reply);
  await replica.close();
});

describe('a service that is wired wrongly does not start', () => {
  const start = (name: string, ...controllers: Parameters<typeof startService>[0]['controllers']) =>
    startService({ url: nats.url, name, controllers });

  test('two handlers of one question', async () => {
    @Controller()
    class AnotherEchoController {
      @OnRequest(Echo)
      echo(question: { text: string }): { text: string } {
        return question;
      }
    }
    await expect(start('echo', EchoController, AnotherEchoController)).rejects.toThrow(
      /Two handlers are registered for echo.text/,
    );
  });

  test('two handlers of one message', async () => {
    @Controller()
    class TwiceController {
      @OnMessage(RunRequested, { group: 'executor', concurrency: 4 })
      one(): void {}

      @OnMessage(RunRequested, { group: 'executor', concurrency: 4 })
      two(): void {}
    }
    await expect(start('executor', TwiceController)).rejects.toThrow(
      /Two handlers are registered for RUNS\/RunRequested\/executor/,
    );
  });

  test('a service without the handler of a message it has to consume', async () => {
    await expect(start('executor')).rejects.toThrow(
      /"executor" has to consume RunRequested, ExecutionDue .* but has no @OnMessage/,
    );
  });

  test('a group that topology.ts does not know', async () => {
    @Controller()
    class StrayController {
      @OnMessage(JournalEntry, { group: 'nobody', concurrency: 4 })
      take(): void {}
    }
    await expect(start('stray', StrayController)).rejects.toThrow(/no consumer of JournalEntry for the group "nobody"/);
  });

  test('fewer slots than lanes', async () => {
    @Controller()
    class NarrowController {
      @OnMessage(RunRequested, { group: 'executor', concurrency: 3 })
      run(): void {}
    }
    await expect(start('narrow', NarrowController)).rejects.toThrow(
      /concurrency .* is 3, but its 4 lanes need a slot each/,
    );
  });

  test('a decorator of Nest instead of ours', async () => {
    @Controller()
    class PlainController {
      @MessagePattern('plain')
      plain(): void {}
    }
    await expect(start('plain', PlainController)).rejects.toThrow(/"plain" is declared by a decorator of Nest/);
  });
});

test('a handler learns how long whoever asks still waits', async () => {
  const { left } = await asker.request(Patience, {}, { timeoutMs: 60_000 });
  expect(left).toBeLessThanOrEqual(60_000);
  expect(left).toBeGreaterThan(10_000);
  expect((await asker.request(Patience, {})).left).toBeLessThanOrEqual(10_000);
});

test('large questions are worked on a few at a time, and their owners take turns', async () => {
  const heavy = await startService({ url: nats.url, name: 'heavy', controllers: [HeavyController] });
  try {
    const ask = (organisation_id: string, length: number) =>
      asker.request(Heavy, { organisation_id, text: 'x'.repeat(length) }, { timeoutMs: 60_000 });
    const large = LIMITS.inlinePayloadBytes + 1;
    const all = Array.from({ length: 16 }, () => ask('org_many', large));
    all.push(ask('org_one', large));
    await Promise.all(all);
    expect(mostAtWork['org_many']).toBeLessThanOrEqual(LIMITS.largeBodiesAtOnce / 2);
    expect(finished.indexOf('org_one')).toBeLessThan(finished.length - 3);

    mostAtWork['org_many'] = 0;
    await Promise.all(Array.from({ length: 16 }, () => ask('org_many', 10)));
    expect(mostAtWork['org_many']).toBeGreaterThan(LIMITS.largeBodiesAtOnce);
  } finally {
    await heavy.close();
  }
});

test('questions that take much work are worked on a few at a time, and dropped when their askers have given up', async () => {
  const service = await startService({ url: nats.url, name: 'heavy', controllers: [LaboriousController] });
  try {
    const ask = (organisation_id: string, timeoutMs: number) =>
      asker.request(Laborious, { organisation_id }, { timeoutMs });
    const patient = Array.from({ length: LIMITS.largeBodiesAtOnce }, () => ask('org_many', 60_000));
    const impatient = Array.from({ length: 6 }, () => ask('org_many', 50));
    for (const asked of await Promise.allSettled(impatient)) expect(asked.status).toBe('rejected');
    expect(worked).toEqual(Array(LIMITS.largeBodiesAtOnce / 2).fill('org_many'));
    // Another owner is not held up by those who wait.
    const other = ask('org_one', 60_000);
    await waitUntil('the other owner to have its turn', () => worked.includes('org_one'));
    mayEnd.open();
    await Promise.all([...patient, other]);
    expect(worked).toHaveLength(LIMITS.largeBodiesAtOnce + 1);
  } finally {
    await service.close();
  }
});

test('a reply that came while the process was busy is not taken for missing', async () => {
  const busy = (milliseconds: number): void => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    const reply = asker.replies.request('$JS.API.INFO', undefined, 100);
    // The question leaves with this turn of the event loop; its reply comes while nobody looks.
    setImmediate(() => busy(250));
    await expect(reply).resolves.toMatchObject({ data: expect.anything() as unknown });
  }
});
