import { RedeliveryTurns } from './redelivery-turns.js';

const PATIENT = 600_000;
/** Of one process. */
const AT_ONCE = 4;
const REFUSED = { code: 'RATE_LIMIT_EXCEEDED', details: { kind: 'redeliveries_at_once' } };

test('a second one of an organisation is refused at once, with when to try again, until the first has ended', async () => {
  const turns = new RedeliveryTurns();
  const mayEnd = gate();
  const first = turns.run('org_one', 10_000, () => mayEnd.opened);
  const second = turns.run('org_one', 10_000, () => Promise.resolve());
  await expect(second).rejects.toMatchObject({ ...REFUSED, details: { limit: 1, retry_after: 7 } });
  await expect(turns.run('org_other', 10_000, () => Promise.resolve('done'))).resolves.toBe('done');
  mayEnd.open();
  await first;
  await expect(turns.run('org_one', 10_000, () => Promise.resolve('again'))).resolves.toBe('again');
});

test('one that fails leaves its place', async () => {
  const turns = new RedeliveryTurns();
  const failing = () => turns.run('org_one', 10_000, () => Promise.reject(new Error('refused')));
  for (let count = 0; count <= AT_ONCE; count++) await expect(failing()).rejects.toThrow('refused');
});

test('a few are under way at once, and the others have their turns in order', async () => {
  const turns = new RedeliveryTurns();
  const begun: number[] = [];
  const ends = Array.from({ length: AT_ONCE + 3 }, () => gate());
  const all = ends.map((end, index) =>
    turns.run(`org_${index}`, PATIENT, () => {
      begun.push(index);
      return end.opened;
    }),
  );
  await Promise.all([Promise.resolve(), new Promise(setImmediate)]);
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[2]?.open();
  await all[2];
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  for (const end of ends) end.open();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('one whose turn does not come while it is waited for is refused, has begun nothing, and takes nobody the turn', async () => {
  const turns = new RedeliveryTurns();
  const mayEnd = gate();
  const busy = Array.from({ length: AT_ONCE }, (_, index) => turns.run(`org_${index}`, PATIENT, () => mayEnd.opened));
  const begun = jest.fn(() => Promise.resolve());
  await expect(turns.run('org_late', 20, begun)).rejects.toMatchObject({ ...REFUSED, details: { limit: AT_ONCE } });
  expect(begun).not.toHaveBeenCalled();
  mayEnd.open();
  await Promise.all(busy);
  await turns.run('org_late', PATIENT, begun);
  expect(begun).toHaveBeenCalledTimes(1);
});

test('one has less time than its caller waits, and less the longer it has waited itself', async () => {
  const turns = new RedeliveryTurns();
  const given: number[] = [];
  const note = (ms: number) => Promise.resolve(void given.push(ms));
  await turns.run('org_one', 10_000, note);
  const mayEnd = gate();
  const busy = Array.from({ length: AT_ONCE }, (_, index) => turns.run(`org_${index}`, PATIENT, () => mayEnd.opened));
  const waiting = turns.run('org_late', 10_000, note);
  jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_000);
  mayEnd.open();
  await Promise.all([...busy, waiting]);
  jest.restoreAllMocks();
  expect(given[0]).toBe(4_000);
  expect(given[1]).toBeLessThanOrEqual(2_000);
});

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
