import { outgrownLimit, writeLogLimit } from '../src/servers/storage.mjs';

const MEBIBYTE = 1024 ** 2;
/** What a store says while its disk has room for so much, all in MiB. */
const outgrown = (used: number, limit: number, available: number) =>
  outgrownLimit({ used: used * MEBIBYTE, limit: limit * MEBIBYTE }, () => available * MEBIBYTE);

test('a store that is short of room which its disk has outgrows its limit', () => {
  expect(outgrown(140, 144, 576)).toBe(
    'its store has room for 144 MiB, as when it started, of which 140 MiB are taken, and its disk has room for more',
  );
  expect(outgrown(144, 144, 241)).toBeDefined();
});

test('a store that has filled its disk itself does not: another limit would be of no use', () => {
  expect(outgrown(144, 144, 192)).toBeUndefined();
  expect(outgrown(144, 144, 239)).toBeUndefined();
});

test('a store that has room left does not, however large its disk has become', () => {
  expect(outgrown(100, 144, 10_000)).toBeUndefined();
});

test('the log of writes of the database leaves a small disk to the records, and is what PostgreSQL takes on any other', () => {
  expect([0.25, 4, 16, 500].map((gibibytes) => writeLogLimit(gibibytes * 1024 * MEBIBYTE) / MEBIBYTE)).toEqual([
    64, 256, 1_024, 1_024,
  ]);
});
