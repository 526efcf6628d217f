import { LIMITS } from '@millrace/contracts';
import * as threads from 'node:worker_threads';
import { MAIL_LIMITS } from '../limits.js';
import { MessageParser } from './message-parser.js';

/** The threads that were made, oldest first, and the environment that each was given. */
const made: threads.Worker[] = [];
const environments: unknown[] = [];
/** A message that has this in it reaches no thread. */
const UNHEARD = 'Unheard';
let unheard = 0;
jest.mock('node:worker_threads', () => {
  const actual = jest.requireActual<typeof threads>('node:worker_threads');
  class Worker extends actual.Worker {
    constructor(...options: ConstructorParameters<typeof actual.Worker>) {
      super(...options);
      made.push(this);
      environments.push(options[1]?.env);
    }
    override postMessage(...[message, ...rest]: Parameters<threads.Worker['postMessage']>): void {
      const isUnheard = message instanceof Uint8Array && Buffer.from(message).includes(UNHEARD);
      if (isUnheard) unheard++;
      else super.postMessage(message, ...rest);
    }
  }
  return { ...actual, Worker };
});

const parser = new MessageParser();
afterAll(() => parser.stop());

const message = (body: string, ...headers: string[]) =>
  Buffer.from(['From: Ada <ada@example.org>', 'Subject: S', ...headers, '', body].join('\r\n'));

it('reads messages in threads that have nothing of the environment of the service', async () => {
  await parser.parse('org', message('first'));
  expect(new Set(environments.map((env) => JSON.stringify(env)))).toEqual(new Set(['{}']));
});

it('reads a message though the thread has ended since the one before', async () => {
  await parser.parse('org', message('first'));
  await made.at(-1)?.terminate();
  expect(await parser.parse('org', message('second'))).toMatchObject({ message: { text: 'second' } });
});

it('reads a message again when the thread ends with what another has left behind', async () => {
  await parser.parse('org', message('first'));
  const worker = made.at(-1);
  const reading = parser.parse('org', message('second'));
  await worker?.terminate();
  expect(await reading).toMatchObject({ message: { text: 'second' } });
});

/** Has the time of timers pass by hand while `work` is under way. Who has had a long turn rests: each is of an organisation of its own. */
async function byHand<T>(work: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    return await work();
  } finally {
    jest.useRealTimers();
  }
}

it('gives each message ten seconds at most of the time of others, though a thread never replies', async () => {
  expect(MAIL_LIMITS.parseMs).toBeLessThan(10_000);
  await parser.parse('org', message('first'));
  const before = unheard;
  await byHand(async () => {
    const late = parser.parse('org_unheard', message(UNHEARD)).catch((error: unknown) => error);
    const next = parser.parse('other', message('next'));
    for (const attempt of [1, 2]) {
      while (unheard < before + attempt) await new Promise(setImmediate);
      jest.advanceTimersByTime(MAIL_LIMITS.parseMs / 2);
    }
    // It may be the machine's fault.
    expect(await late).toMatchObject({ message: 'Reading it apart took too long', isFinal: false });
    expect(await next).toMatchObject({ message: { text: 'next' } });
  });
  expect(unheard).toBe(before + 2);
});

it('does not count the time in which a thread starts', async () => {
  await parser.stop();
  await byHand(async () => {
    const reading = parser.parse('org_slow', message('first'));
    jest.advanceTimersByTime(2 * MAIL_LIMITS.parseMs);
    expect(await reading).toMatchObject({ message: { text: 'first' } });
  });
});

it('says nothing of a message for which no thread starts', async () => {
  await parser.stop();
  await byHand(async () => {
    const reading = parser.parse('org_without', message('first')).catch((error: unknown) => error);
    jest.advanceTimersByTime(MAIL_LIMITS.parserStartMs);
    expect(await reading).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
  expect(await parser.parse('org', message('first'))).toMatchObject({ message: { text: 'first' } });
});

it('takes the reply that a thread has given while the process did not run', async () => {
  await parser.parse('org', message('first'));
  const threadsBefore = made.length;
  // The turn of the one before is over then, and that of the next one begins at once.
  await new Promise(setImmediate);
  const reading = parser.parse('org_paused', message('second'));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MAIL_LIMITS.parseMs / 2 + 500);
  expect(await reading).toMatchObject({ message: { text: 'second' } });
  expect(made.length).toBe(threadsBefore);
}, 30_000);

it('says for good that a message takes too much memory', async () => {
  await parser.stop();
  jest.replaceProperty(MAIL_LIMITS, 'parseHeapMb', 32 as never);
  jest.replaceProperty(MAIL_LIMITS, 'parseMs', 120_000 as never);
  const failure = await parser
    .parse('org_large', message('word\r\n'.repeat(4_000_000)))
    .catch((error: unknown) => error);
  jest.restoreAllMocks();
  expect(failure).toMatchObject({ message: 'Reading it apart took too much memory', isFinal: true });
}, 180_000);

it('makes text of the beginning of long HTML only', async () => {
  const html = '<p>word</p>'.repeat(MAIL_LIMITS.htmlTextCharacters / 10);
  const { text, truncated } = (await parser.parse('org', message(html, 'Content-Type: text/html'))).message;
  expect(text.startsWith('word')).toBe(true);
  expect(text.length).toBeLessThan(MAIL_LIMITS.htmlTextCharacters);
  expect(truncated).toEqual(['text']);
});

it('makes an input of every message, however many bytes its characters take', async () => {
  const part = (type: string) =>
    `--x\r\nContent-Type: text/${type}\r\n\r\n${'\u0001'.repeat(MAIL_LIMITS.textCharacters)}`;
  const source = message(`${part('plain')}\r\n${part('html')}\r\n--x--`, 'Content-Type: multipart/mixed; boundary=x');
  const { message: parsed } = await parser.parse('org', source);
  expect(Buffer.byteLength(JSON.stringify(parsed))).toBeLessThanOrEqual(LIMITS.apiBodyBytes);
  expect(parsed.truncated).toContain('html');
});

it('cuts ids and types', async () => {
  const long = 'x'.repeat(2 * MAIL_LIMITS.headerCharacters);
  const attached = `--x\r\nContent-Type: application/${long}\r\nContent-Disposition: attachment\r\n\r\na\r\n--x--`;
  const ids = ['Message-ID', 'In-Reply-To', 'References'].map((name) => `${name}: <${long}>`);
  const source = message(attached, ...ids, 'Content-Type: multipart/mixed; boundary=x');
  const { message_id, in_reply_to, references, attachments } = (await parser.parse('org', source)).message;
  for (const id of [message_id, in_reply_to, references[0]]) expect(id).toHaveLength(MAIL_LIMITS.headerCharacters);
  expect(attachments[0]?.type).toHaveLength(200);
});

it('has so many header fields, addresses and attachments of a message, and says what is not all there', async () => {
  const { addresses, attachments, headerFields } = MAIL_LIMITS;
  const list = (count: number, one: (number: number) => string) => Array.from({ length: count + 50 }, (_, n) => one(n));
  const people = list(addresses, (n) => `a${n}@example.org`).join(',\r\n ');
  const ids = list(addresses, (n) => `<${n}@example.org>`).join('\r\n ');
  const part = '--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\na\r\n';
  const fields = [`To: ${people}`, `Cc: ${people}`, `References: ${ids}`, 'Content-Type: multipart/mixed; boundary=x'];
  const source = message(
    `${list(attachments, () => part).join('')}--x--`,
    ...fields,
    ...list(headerFields, (n) => `X-${n}: y`),
  );
  const { message: parsed, contents } = await parser.parse('org_many', source);
  const lists = [parsed.to, parsed.cc, parsed.references, parsed.attachments, contents, Object.keys(parsed.headers)];
  expect(lists.map(({ length }) => length)).toEqual([
    ...[addresses, addresses, addresses, attachments, attachments, headerFields],
  ]);
  expect(parsed.truncated).toEqual(['attachments', 'headers']);
});
