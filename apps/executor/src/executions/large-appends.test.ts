import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '@millrace/contracts';
import { LargeAppends } from './large-appends.js';

const LARGE = LIMITS.inlinePayloadBytes + 1;

/** Large ones begin one in each turn of the event loop. */
async function turns(): Promise<void> {
  for (let count = 0; count < LIMITS.largeBodiesAtOnce + 2; count++) await turn();
}

/** Appends that end when the test says so. */
function appends() {
  const large = new LargeAppends();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const append = (owner: string, bytes: number): Promise<void> =>
    large.run(owner, bytes, () => {
      begun.push(owner);
      return new Promise((resolve) => ends.push(resolve));
    });
  return { begun, ends, append };
}

test('of the large entries of an organisation a few are appended at once, and small ones do not wait for them', async () => {
  const { begun, ends, append } = appends();
  const all = Array.from({ length: LIMITS.largeBodiesAtOnce }, () => append('org_many', LARGE));
  await turns();
  expect(begun).toEqual(Array(LIMITS.largeBodiesAtOnce / 2).fill('org_many'));
  all.push(append('org_many', LIMITS.inlinePayloadBytes), append('org_one', LARGE));
  await turns();
  expect(begun).toHaveLength(LIMITS.largeBodiesAtOnce / 2 + 2);
  expect(begun).toContain('org_one');
  for (let ended = 0; ended < all.length; ended++) {
    ends[ended]?.();
    await turns();
  }
  await Promise.all(all);
});

test('an entry that cannot be appended gives its place back', async () => {
  const large = new LargeAppends();
  for (let count = 0; count < LIMITS.largeBodiesAtOnce + 1; count++)
    await expect(large.run('org_one', LARGE, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('of large entries one is begun in a turn of the event loop, so that they do not hold it one after the other', async () => {
  const { begun, ends, append } = appends();
  const all = ['org_one', 'org_two', 'org_three'].map((owner) => append(owner, LARGE));
  for (let count = 1; count <= 3; count++) {
    const before = begun.length;
    await turn();
    expect(begun.length - before).toBeLessThanOrEqual(1);
  }
  await turns();
  expect(begun).toEqual(['org_one', 'org_two', 'org_three']);
  ends.forEach((end) => end());
  await Promise.all(all);
});
