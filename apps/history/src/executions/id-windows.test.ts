import { idTime, newId } from '@millrace/contracts';
import { idAt } from '@millrace/testing';
import fc from 'fast-check';
import { pageByWindows, RangeTooSlowError, type IdRange } from './id-windows.js';

const NOW = Date.UTC(2026, 10, 25);

const within = (id: string, { $gte, $lt }: IdRange) => (!$gte || id >= $gte) && (!$lt || id < $lt);

describe('a page by windows of ids', () => {
  it('is the newest rows before a cursor, wherever they are and however slow a range is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.nat(10_000), fc.nat(1e7), fc.nat(3e11)), { maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.nat(59)),
        fc.integer({ min: 1, max: 60 }),
        fc.option(fc.nat(59)),
        async (ages, limit, cursor, tooMany, oldest) => {
          const ids = ages.map((age, index) => idAt('execution', NOW - age, index)).sort((a, b) => (a < b ? 1 : -1));
          const before = cursor === null ? null : (ids[cursor] ?? null);
          const after = oldest === null ? null : (ids[oldest] ?? null);
          const expected = ids
            .filter((id) => (before === null || id < before) && (after === null || id >= after))
            .slice(0, limit);
          let reads = 0;
          const page = await pageByWindows({ before, after, now: NOW }, limit, async (range, wanted, limited) => {
            reads++;
            const matches = ids.filter((id) => within(id, range));
            if (limited && matches.length > tooMany) throw new RangeTooSlowError();
            return matches.slice(0, wanted);
          });
          expect(page).toEqual(expected);
          expect(reads).toBeLessThan(400);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads little when matches are rare and spread evenly', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => idAt('execution', NOW - index * 800_000, index));
    let read = 0;
    let questions = 0;
    await pageByWindows({ before: null, now: NOW }, 21, async (range, wanted) => {
      const matches = ids.filter((id) => within(id, range));
      read += matches.length;
      questions++;
      return matches.slice(0, wanted);
    });
    expect(read).toBeLessThan(21 * 8);
    expect(questions).toBeLessThan(8);
  });

  it('begins at the time of the cursor, if it has one', async () => {
    const cursor = newId('execution');
    const ranges: IdRange[] = [];
    const read = async (range: IdRange) => (ranges.push(range), ['row']);
    await pageByWindows({ before: cursor, now: 0 }, 1, read);
    await pageByWindows({ before: 'exec_of_another_kind', now: NOW }, 1, read);
    expect(ranges[0]).toMatchObject({ $lt: cursor });
    expect(idTime(`${ranges[0]!.$gte}0000000000000000`)).toBe(idTime(cursor)! - 600_000);
    expect(ranges[1]).toMatchObject({ $lt: 'exec_of_another_kind' });
  });
});
