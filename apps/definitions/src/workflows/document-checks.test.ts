import { DocumentChecks } from './document-checks.js';

const checks = new DocumentChecks({ of: () => Promise.reject(new Error('not asked')) });

function busyFor(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

it('leaves time for others between two long pieces of work of one organisation', async () => {
  let pieces = 0;
  const long = Array.from({ length: 20 }, () =>
    checks.inTurn('org_1', () => {
      pieces++;
      busyFor(40);
    }),
  );
  // A save has several turns, one after the other.
  for (let turn = 0; turn < 30; turn++) await checks.inTurn('org_2', () => undefined);
  expect(pieces).toBeLessThan(6);
  await Promise.all(long);
  expect(pieces).toBe(20);
});

it('leaves the more to others after pieces that they have noticed', async () => {
  const began = performance.now();
  const busy: number[] = [];
  const piece = () => {
    busy.push(performance.now());
    busyFor(250);
  };
  await Promise.all([1, 2, 3].map(() => checks.inTurn('org_1', piece)));
  const share = (3 * 250) / (performance.now() - began);
  // Its three pieces took at least twice as long as they would have with a rest as long as each.
  expect(busy).toHaveLength(3);
  expect(share).toBeLessThan(0.5);
});

it('returns what the work returns, and throws what it throws, before it rests', async () => {
  await expect(checks.inTurn('org_1', () => 'done')).resolves.toBe('done');
  const failed = checks.inTurn('org_1', () => {
    throw new Error('broken');
  });
  await expect(failed).rejects.toThrow('broken');
  await expect(checks.inTurn('org_1', () => 'again')).resolves.toBe('again');
});

it('lets what has come meanwhile go on between two short pieces', async () => {
  const noted: string[] = [];
  setImmediate(() => noted.push('other'));
  await Promise.all(Array.from({ length: 5 }, () => checks.inTurn('org_1', () => noted.push('piece'))));
  expect(noted[0]).toBe('other');
});
