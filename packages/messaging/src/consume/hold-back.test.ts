import { headers } from '@nats-io/transport-node';
import { HEADERS } from '../wire.js';
import { HoldBack } from './hold-back.js';

interface Options {
  readonly continues?: boolean;
  readonly bytes?: number;
  readonly deliveryCount?: number;
}

let sequence = 0;

function aMessage(subject: string, { continues = true, bytes = 10, deliveryCount = 1 }: Options = {}) {
  const given = headers();
  if (continues) given.set(HEADERS.continues, '1');
  const info = { stream: 'S', consumer: 'c', deliveryCount, sequence: ++sequence, storedAt: 0, pending: 0 };
  return { info, message: { subject, data: new Uint8Array(bytes), headers: given } };
}

type Message = ReturnType<typeof aMessage>;

const limits = { maxMs: 1_000, maxMessages: 4, maxBytes: 1_000 };
const holdBack = (changes: Partial<typeof limits> = {}) => new HoldBack<Message>({ ...limits, ...changes });

test('messages that continue are held until one of their subject does not, and leave together in order', () => {
  const held = holdBack();
  const [one, other, two] = [aMessage('a'), aMessage('b'), aMessage('a')];
  expect([one, other, two].flatMap((message) => held.take(message, 0))).toEqual([]);
  const last = aMessage('a', { continues: false });
  expect(held.take(last, 1)).toEqual([one, two, last]);
  expect(held.messages).toEqual([other]);
});

test('a message that does not continue passes when nothing of its subject is held', () => {
  const held = holdBack();
  held.take(aMessage('a'), 0);
  const alone = aMessage('b', { continues: false });
  expect(held.take(alone, 0)).toEqual([alone]);
});

test('a subject is held for the longest time after its first message, whatever follows', () => {
  const held = holdBack();
  const [one, two, other] = [aMessage('a'), aMessage('a'), aMessage('b')];
  held.take(one, 100);
  held.take(other, 200);
  held.take(two, 900);
  expect(held.due).toBe(1_100);
  expect(held.overdue(1_099)).toEqual([]);
  expect(held.overdue(1_100)).toEqual([one, two]);
  expect(held.due).toBe(1_200);
  const later = aMessage('a');
  expect(held.take(later, 1_150)).toEqual([]);
  expect(held.overdue(1_200)).toEqual([other]);
  expect(held.messages).toEqual([later]);
});

test('the oldest subjects leave when there are too many messages, or too many bytes', () => {
  const held = holdBack();
  const messages = ['a', 'b', 'a', 'c'].map((subject) => aMessage(subject));
  expect(messages.flatMap((message) => held.take(message, 0))).toEqual([]);
  expect(held.take(aMessage('d'), 0)).toEqual([messages[0], messages[2]]);
  const large = aMessage('e', { bytes: 995 });
  expect(held.take(large, 0)).toHaveLength(3);
  expect(held.messages).toEqual([large]);
  expect(held.clear()).toEqual([large]);
  expect(held.take(aMessage('f', { bytes: 900 }), 0)).toEqual([]);
});

test('a message that is delivered again is not held, and takes along what is', () => {
  const held = holdBack();
  const one = aMessage('a');
  held.take(one, 0);
  const again = aMessage('a', { deliveryCount: 2 });
  expect(held.take(again, 0)).toEqual([one, again]);
});

test('without room nothing is held', () => {
  const one = aMessage('a');
  expect(holdBack({ maxMessages: 0 }).take(one, 0)).toEqual([one]);
});
