import type { Incoming } from './incoming.js';
import type { LanePuller } from './lane-puller.js';
import { WaitingRoom, type Waiting } from './waiting-room.js';

const lane = {} as LanePuller;
const anybody = (): boolean => true;
const nobodyRuns = (): number => 0;

function message(key: string, sequence: number, bytes = 10, since = 0, deliveryCount = 1): Waiting {
  const incoming = { info: { sequence, deliveryCount }, message: { data: new Uint8Array(bytes) } };
  return { key, lane, since, incoming: incoming as unknown as Incoming };
}

function sequences(room: WaitingRoom): number[] {
  const found: number[] = [];
  for (let next = room.take(anybody, nobodyRuns); next; next = room.take(anybody, nobodyRuns))
    found.push(next.incoming.info.sequence);
  return found;
}

test('the messages of a key leave in the order of their stream, however they came', () => {
  const room = new WaitingRoom(10);
  for (const sequence of [5, 9, 2, 7]) room.add(message('a', sequence));
  expect(sequences(room)).toEqual([2, 5, 7, 9]);
});

test('the key that runs least is first, and one that may not begin holds nobody up', () => {
  const room = new WaitingRoom(10);
  room.add(message('a', 1));
  room.add(message('b', 2));
  room.add(message('c', 3));
  const running = (key: string): number => ({ a: 5, b: 3, c: 4 })[key] ?? 0;
  expect(room.take((waiting) => waiting.key !== 'b', running)?.key).toBe('c');
  expect(room.take(anybody, running)?.key).toBe('b');
});

test('a message that comes again replaces its earlier delivery', () => {
  const room = new WaitingRoom(10);
  const again = message('a', 2);
  for (const waiting of [message('a', 1), message('a', 2), again]) room.add(waiting);
  room.take(anybody, nobodyRuns);
  expect(room.take(anybody, nobodyRuns)).toBe(again);
  expect(room.take(anybody, nobodyRuns)).toBeUndefined();
});

test('what does not fit goes back, the latest first', () => {
  const room = new WaitingRoom(2);
  for (const sequence of [1, 2, 3, 4, 6]) room.add(message('a', sequence, 10, 1_000));
  room.add(message('a', 5, 10, 5_000));
  const deferred = room.overflow(5_000, () => 0.5);
  expect(deferred.map(({ waiting, delayMs }) => [waiting.incoming.info.sequence, delayMs])).toEqual([
    [6, 200],
    [5, 200],
  ]);
  expect(sequences(room)).toEqual([1, 2, 3, 4]);
});

test('what goes back stays away until about its turn, but no more than 20 ms after the one before', () => {
  const room = new WaitingRoom(2);
  const delays = (now: number): number[] => {
    const found: number[] = [];
    for (let sequence = 101; sequence <= 600; sequence++) {
      room.add(message('a', sequence));
      found.push(...room.overflow(now, () => 0.5).map(({ delayMs }) => delayMs));
    }
    return found;
  };
  for (let sequence = 1; sequence <= 4; sequence++) room.add(message('a', sequence));
  // Five messages since 10 ms: a turn every 2 ms.
  expect(delays(10).at(-1)).toBe(800);
  // They have not moved for a minute, in which the former ones have come again.
  expect(delays(60_000).at(-1)).toBe(8_000);
  for (let sequence = 601; sequence <= 1_100; sequence++) {
    room.add(message('a', sequence, 10, 0, 2));
    room.overflow(60_000, () => 0.5);
  }
  room.add(message('a', 1_101));
  expect(room.overflow(60_000, () => 0.5)[0]?.delayMs).toBe(16_016);
});

test('what waits is bounded in bytes and for all keys together, at the cost of the key that has most', () => {
  const large = new WaitingRoom(100);
  for (let sequence = 1; sequence <= 40; sequence++) large.add(message('a', sequence, 1024 * 1024));
  large.add(message('b', 41, 1024 * 1024));
  expect(large.overflow(0, () => 0).map(({ waiting }) => waiting.key)).toEqual(Array<string>(9).fill('a'));

  const many = new WaitingRoom(2);
  for (let sequence = 1; sequence <= 36; sequence++) many.add(message(`key-${sequence % 12}`, sequence));
  expect(many.overflow(0, () => 0)).toHaveLength(4);
});

test('a lane is crowded from as many messages of a key as there are slots, until half of them are gone', () => {
  const room = new WaitingRoom(4);
  const crowded: boolean[] = [];
  for (let sequence = 1; sequence <= 4; sequence++) {
    room.add(message('a', sequence));
    crowded.push(room.isCrowded(lane));
  }
  for (let left = 3; left >= 1; left--) {
    room.take(anybody, nobodyRuns);
    crowded.push(room.isCrowded(lane));
  }
  expect(crowded).toEqual([false, false, false, true, true, false, false]);
  expect(room.isCrowded({} as LanePuller)).toBe(false);
});

test('a redelivery counts as the message that it replaces, not as another one', () => {
  const room = new WaitingRoom(2);
  for (let time = 0; time < 20; time++) room.add(message('a', 1, 4 * 1024 * 1024));
  expect(room.overflow(0, () => 0).length).toBe(0);
  for (let key = 2; key <= 8; key++) room.add(message(`key-${key}`, key, 4 * 1024 * 1024));
  expect(room.overflow(0, () => 0).length).toBe(0);
});

test('what waits is kept by heartbeats, and all of it goes back when the process stops', () => {
  const room = new WaitingRoom(4);
  const told: string[] = [];
  for (const [key, sequence] of [
    ['a', 1],
    ['a', 2],
    ['b', 3],
  ] as const) {
    const waiting = message(key, sequence);
    const incoming = {
      ...waiting.incoming,
      working: () => told.push(`keep ${sequence}`),
      nak: () => told.push(`back ${sequence}`),
    } as unknown as Incoming;
    room.add({ ...waiting, incoming });
  }
  room.heartbeat();
  room.clear();
  expect(told).toEqual(['keep 1', 'keep 2', 'keep 3', 'back 1', 'back 2', 'back 3']);
  expect(sequences(room)).toEqual([]);
  room.heartbeat();
  expect(told).toHaveLength(6);
});

test('what once went back counts no more when nothing of its key waits', () => {
  const room = new WaitingRoom(2);
  for (let sequence = 1; sequence <= 500; sequence++) {
    room.add(message('a', sequence));
    room.overflow(60_000, () => 0.5);
  }
  expect(sequences(room)).toHaveLength(4);
  for (let sequence = 601; sequence <= 605; sequence++) room.add(message('a', sequence));
  // One is away, not hundreds: the shortest delay.
  expect(room.overflow(60_000, () => 0.5).map(({ delayMs }) => delayMs)).toEqual([200]);
});

test('a key that moves to another lane waits in both, in the order of the stream, and each is crowded by itself', () => {
  const room = new WaitingRoom(2);
  const own = {} as LanePuller;
  const inOwn = (sequence: number): Waiting => ({ ...message('a', sequence), lane: own });
  for (const waiting of [inOwn(8), message('a', 3), inOwn(6), message('a', 7)]) room.add(waiting);
  expect(room.crowdedKeys()).toEqual(['a', 'a']);
  expect([room.isCrowded(lane), room.isCrowded(own)]).toEqual([true, true]);
  expect(room.take(anybody, nobodyRuns)?.incoming.info.sequence).toBe(3);
  expect([room.isCrowded(lane), room.isCrowded(own)]).toEqual([false, true]);
  expect(sequences(room)).toEqual([6, 7, 8]);
  expect([room.hasOf(lane), room.hasOf(own), room.isEmpty]).toEqual([false, false, true]);
});
