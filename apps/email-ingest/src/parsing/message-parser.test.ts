import { LIMITS } from '@millrace/contracts';
import * as threads from 'node:worker_threads';
import { MAIL_LIMITS } from '../limits.js';
import { MessageParser } from './message-parser.js';

/** The threads that were made, oldest first, and the environment that each was given. */
const made: threads.Worker[] = [];
const environments: unknown[] = [];
/** A message that has this in it reaches no thread. */
const UNHEARD = 'Unheard';
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
      if (!isUnheard) super.postMessage(message, ...rest);
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

it('comes to the next message within ten seconds, though a thread never replies to the one before', async () => {
  expect(MAIL_LIMITS.parseMs).toBeLessThan(10_000);
  await parser.parse('org', message('first'));
  const threadsBefore = made.length;
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    // It rests afterwards.
    const unheard = parser.parse('org_unheard', message(UNHEARD)).catch((error: Error) => error.message);
    const next = parser.parse('other', message('next'));
    await new Promise(setImmediate);
    jest.advanceTimersByTime(MAIL_LIMITS.parseMs / 2);
    while (made.length === threadsBefore) await new Promise(setImmediate);
    jest.advanceTimersByTime(10_000 - MAIL_LIMITS.parseMs / 2);
    expect(await unheard).toMatch(/took too long/);
    expect(await next).toMatchObject({ message: { text: 'next' } });
  } finally {
    jest.useRealTimers();
  }
});

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
