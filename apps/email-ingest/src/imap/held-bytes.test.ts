import { MAIL_LIMITS } from '../limits.js';
import { HeldBytes, NoRoomError } from './held-bytes.js';

/** Whether each of these has been let in, once all that can be has been. One that has not may give up long after its test. */
async function settled(...takes: Promise<unknown>[]): Promise<boolean[]> {
  const admitted = takes.map(() => false);
  takes.forEach((take, index) => {
    take.then(
      () => (admitted[index] = true),
      () => undefined,
    );
  });
  await new Promise(setImmediate);
  return admitted;
}

it('lets an organisation have a third, and others meanwhile', async () => {
  const held = new HeldBytes(90);
  const first = await held.take('a', 20);
  const [second, other] = [held.take('a', 20), held.take('b', 30)];
  expect(await settled(second, other)).toEqual([false, true]);
  first();
  first();
  expect(await settled(second, held.take('a', 11))).toEqual([true, false]);
});

it('keeps the last quarter for organisations that hold nothing', async () => {
  const held = new HeldBytes(96);
  await Promise.all(['a', 'b', 'c'].map((owner) => held.take(owner, 20)));
  expect(await settled(held.take('a', 8), held.take('b', 8))).toEqual([true, false]);
  expect(await settled(held.take('d', 28), held.take('e', 1))).toEqual([true, false]);
});

it('lets what is larger than all of it in alone', async () => {
  const held = new HeldBytes(90);
  const large = await held.take('a', 200);
  const next = held.take('b', 1);
  expect(await settled(next)).toEqual([false]);
  large();
  expect(await settled(next)).toEqual([true]);
});

it('leaves nothing to who has given up waiting, and its room to the next', async () => {
  const held = new HeldBytes(90);
  const first = await held.take('a', 30);
  const [stopped, lost] = [new AbortController(), new Error('Given up')];
  const waits = held.take('a', 20, stopped.signal);
  const next = held.take('a', 30);
  stopped.abort(lost);
  await expect(waits).rejects.toBe(lost);
  await expect(held.take('b', 1, stopped.signal)).rejects.toBe(lost);
  first();
  expect(await settled(next)).toEqual([true]);
  // Nothing is left of the one that was given up: a third of another and the rest of it.
  expect(await settled(held.take('b', 30), held.take('c', 30))).toEqual([true, true]);
});

it('keeps what was let in, whatever becomes of its signal', async () => {
  const held = new HeldBytes(90);
  const stopped = new AbortController();
  const release = await held.take('a', 90, stopped.signal);
  const next = held.take('b', 1);
  stopped.abort();
  expect(await settled(next)).toEqual([false]);
  release();
  expect(await settled(next)).toEqual([true]);
});

it('does not let anybody wait for ever', async () => {
  jest.replaceProperty(MAIL_LIMITS, 'roomMs', 20);
  const held = new HeldBytes(90);
  const release = await held.take('a', 90);
  await expect(held.take('b', 30)).rejects.toThrow(NoRoomError);
  release();
  expect(await settled(held.take('b', 30), held.take('c', 30), held.take('d', 30))).toEqual([true, true, true]);
  jest.restoreAllMocks();
});
