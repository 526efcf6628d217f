import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { BodyRoom } from './body-room.js';

const LARGE = LIMITS.inlinePayloadBytes + 1;

describe('BodyRoom', () => {
  it('gives up the largest arriving body of the organisation that holds the most, and keeps the others', () => {
    const room = new BodyRoom(1_000, 2);
    const givenUp: string[] = [];
    const open = (owner: string, name: string) => room.open(owner, () => void givenUp.push(name));
    open('org_a', 'a1').grew(300);
    open('org_a', 'a2').grew(400);
    const b = open('org_b', 'b');
    b.grew(250);
    b.grew(100);
    expect(givenUp).toEqual(['a2']);
    open('org_c', 'c').grew(200);
    expect(givenUp).toEqual(['a2']);
  });

  it('says what to do in the refusal', () => {
    const room = new BodyRoom(100, 2);
    const errors: unknown[] = [];
    room.open('org_a', (error) => errors.push(error)).grew(101);
    expect(errors).toEqual([expect.objectContaining({ code: 'RATE_LIMIT_EXCEEDED' })]);
  });

  it('gives up what waits for its turn as well, and its turn goes to the next one', async () => {
    const room = new BodyRoom(10 * LARGE, 2);
    const givenUp: string[] = [];
    const open = (owner: string, name: string) => room.open(owner, () => void givenUp.push(name));
    const [first, second, third] = ['a1', 'a2', 'a3'].map((name) => open('org_a', name));
    first?.grew(4 * LARGE);
    await first?.arrived();
    second?.grew(5 * LARGE);
    const waits = expect(second?.arrived()).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    open('org_b', 'b').grew(2 * LARGE);
    await waits;
    expect(givenUp).toEqual(['a2']);
    third?.grew(LARGE + 1);
    const begins = expect(third?.arrived()).resolves.toBeUndefined();
    first?.release();
    await begins;
  });

  it('lets nobody who has gone away keep a body or a turn', async () => {
    const room = new BodyRoom(10 * LARGE, 2);
    const open = () => room.open('org_a', () => undefined);
    const [first, second, third] = [open(), open(), open()];
    for (const body of [first, second, third]) body.grew(2 * LARGE);
    await first.arrived();
    const gone = expect(second.arrived()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    second.release();
    // While its turn has not come yet.
    await gone;
    const begins = expect(third.arrived()).resolves.toBeUndefined();
    first.release();
    await begins;
  });

  it('does not give up what is being worked on, or what is not held any more', async () => {
    const room = new BodyRoom(1_000, 2);
    const givenUp: string[] = [];
    const open = (owner: string, name: string) => room.open(owner, () => void givenUp.push(name));
    const whole = open('org_a', 'whole');
    whole.grew(900);
    await whole.arrived();
    open('org_b', 'b').grew(200);
    expect(givenUp).toEqual(['b']);
    whole.release();
    open('org_b', 'b2').grew(900);
    expect(givenUp).toEqual(['b']);
  });

  it('lets large bodies be worked on a few at a time, owners in turn, and small ones at once', async () => {
    const room = new BodyRoom(100 * LARGE, 2);
    const order: string[] = [];
    const arrive = (owner: string, name: string, bytes: number) => {
      const body = room.open(owner, () => undefined);
      body.grew(bytes);
      void body.arrived().then(() => order.push(name));
      return body;
    };
    const first = arrive('org_a', 'a1', LARGE);
    arrive('org_a', 'a2', LARGE);
    arrive('org_b', 'b1', LARGE);
    arrive('org_a', 'small', 10);
    await turn();
    expect(order.toSorted()).toEqual(['a1', 'b1', 'small']);
    first.release();
    await turn();
    expect(order.at(-1)).toBe('a2');
  });
});
