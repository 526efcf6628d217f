import { LIMITS, type WrittenText } from '@millrace/contracts';
import { redactionBy, TextMask, type Redact } from '@millrace/service-kit/redaction';
import type { Clock } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { safeCut, textSinkOf } from './text-sink.js';

const SECRET = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y-and-some-more-of-it';
const mask = new TextMask();
mask.add(SECRET);
const redact = redactionBy([mask]);

let told: Omit<WrittenText, 'follower_id'>[];
let followers: string[];
let due: (() => void) | undefined;
const clock: Clock = {
  now: () => 0,
  after: (_, callback) => {
    due = callback;
    return () => (due = undefined);
  },
  yield: () => Promise.resolve(),
};

beforeEach(() => ([told, followers, due] = [[], ['evt_1'], undefined]));

const task = { path: 'ask', attempt: 2, step: { type: 'ai_completion', secretsInOutput: false } } as Task;

function sinkOf(of: Task = task, hide = (text: string) => text) {
  const texts = {
    of: () => followers,
    tell: (_: unknown, text: (typeof told)[number]) => Promise.resolve(void told.push(text)),
  };
  const context = { organisationId: 'org_1', executionId: 'exec_1', clock, texts, redact };
  return textSinkOf(context, of, { call: 3, hide: hide as Redact });
}

/** Lets the time of the next text come. */
function wait(): void {
  const callback = due;
  due = undefined;
  callback?.();
}

const text = () => told.map((one) => one.text).join('');

it.each([1, 3, 7, 40])('a secret that comes in pieces of %i characters is sent in none', (length) => {
  const whole = `The key is ${SECRET}, and again: ${SECRET}${SECRET}. ${'All is well. '.repeat(20)}`;
  const sink = sinkOf();
  for (let from = 0; from < whole.length; from += length) {
    sink?.add(whole.slice(from, from + length));
    wait();
    for (let at = 0; at + 16 <= SECRET.length; at++) expect(text()).not.toContain(SECRET.slice(at, at + 16));
  }
  // Most of it was sent while it came.
  expect(text().length).toBeGreaterThan(100);
  sink?.end();
  // Two of them that touch are masked as two where they come apart.
  expect(text().replace(/•+/g, '••••')).toBe(redact(whole));
});

it('says of each text where it belongs, and how much was sent before it', () => {
  const sink = sinkOf();
  sink?.add('x'.repeat(LIMITS.liveTextPiece + 100));
  sink?.end();
  const of = { at: new Date(0).toISOString(), path: 'ask', step_type: 'ai_completion', attempt: 2, call: 3 };
  expect(told).toEqual([
    { ...of, offset: 0, text: 'x'.repeat(LIMITS.liveTextPiece) },
    { ...of, offset: LIMITS.liveTextPiece, text: 'x'.repeat(100) },
  ]);
});

it('what comes together is sent together, and a call that fails is sent no further', () => {
  const sink = sinkOf();
  for (let word = 0; word < 50; word++) sink?.add('word ');
  expect(told).toEqual([]);
  wait();
  expect(told).toHaveLength(1);
  sink?.add('word ');
  sink?.drop();
  expect(due).toBeUndefined();
});

it('a text that is nothing but secrets is looked through in proportion to its length, and left out in the end', () => {
  let looked = 0;
  const sink = sinkOf(task, (text) => {
    looked += text.length;
    return text;
  });
  const secrets = SECRET.repeat(25);
  const pieces = 200;
  for (let piece = 0; piece < pieces; piece++) {
    sink?.add(secrets);
    wait();
  }
  sink?.end();
  expect(text().replace(/•/g, '')).toBe('');
  // Not each time through all that has come.
  expect(looked).toBeLessThan(20 * LIMITS.liveTextHeld * 9);
  expect(pieces * secrets.length).toBeGreaterThan(10 * LIMITS.liveTextHeld);
});

it('of one that comes at once no more is looked through than may be held', () => {
  let looked = 0;
  const sink = sinkOf(task, (text) => {
    looked += text.length;
    return text;
  });
  sink?.add(SECRET.repeat(5_000));
  sink?.end();
  expect(text().replace(/•/g, '')).toBe('');
  expect(looked).toBeLessThan(10 * LIMITS.liveTextHeld);
});

it('there is none when nobody follows, and none of a step whose output is secret', () => {
  const secret = { ...task, step: { ...task.step, secretsInOutput: true } } as Task;
  expect(sinkOf(secret)).toBeNull();
  followers = [];
  expect(sinkOf()).toBeNull();
});

it('no character of two units is cut in the middle', () => {
  const emojis = '😀'.repeat(40);
  const cut = safeCut(emojis, (one) => one);
  expect(cut).toBeGreaterThan(0);
  expect(emojis.slice(0, cut)).toBe('😀'.repeat(cut / 2));
});
