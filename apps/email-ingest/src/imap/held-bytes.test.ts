import { HeldBytes } from './held-bytes.js';

/** Whether each of these has been let in, once all that can be has been. */
async function settled(...takes: Promise<unknown>[]): Promise<boolean[]> {
  const admitted = takes.map(() => false);
  takes.forEach((take, index) => void take.then(() => (admitted[index] = true)));
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

it('lets what is larger than all of it in alone', async () => {
  const held = new HeldBytes(90);
  const large = await held.take('a', 200);
  const next = held.take('b', 1);
  expect(await settled(next)).toEqual([false]);
  large();
  expect(await settled(next)).toEqual([true]);
});
