import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { turnOfLargePiece } from './large-pieces.js';

const LARGE = LIMITS.inlinePayloadBytes + 1;

it('one large piece of work begins in each turn of the event loop, and small ones wait for none', async () => {
  let turn = 0;
  const counting = (): void => {
    turn++;
    counter = setImmediate(counting);
  };
  let counter = setImmediate(counting);
  const begun: [name: string, turn: number][] = [];
  const begin = async (name: string, bytes: number): Promise<void> => {
    await turnOfLargePiece(bytes);
    begun.push([name, turn]);
  };
  await turnOfLoop();
  const first = turn;
  await Promise.all([...['a', 'b', 'c'].map((name) => begin(name, LARGE)), begin('small', LARGE - 1)]);
  clearImmediate(counter);
  expect(begun.find(([name]) => name === 'small')).toEqual(['small', first]);
  const large = begun.filter(([name]) => name !== 'small');
  expect(large.map(([name]) => name)).toEqual(['a', 'b', 'c']);
  expect(new Set(large.map(([, begunIn]) => begunIn)).size).toBe(3);
});
