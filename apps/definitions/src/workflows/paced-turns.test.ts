import { PacedTurns } from './paced-turns.js';

/** What is done, and the rests, in order; a rest lasts until it is ended. */
function scene(limit = 50) {
  const noted: string[] = [];
  let now = 0;
  let end = (): void => undefined;
  const rest = (milliseconds: number): Promise<void> => {
    noted.push(`rests ${milliseconds}`);
    return new Promise((resolve) => (end = resolve));
  };
  const turns = new PacedTurns(limit, { now: () => now, rest });
  /** A piece of work of this length. */
  const piece = (organisation: string, milliseconds: number): Promise<void> =>
    turns.run(organisation, () => {
      noted.push(`${organisation} works ${milliseconds}`);
      now += milliseconds;
    });
  return { turns, noted, piece, endRest: () => end() };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

it('an organisation has no turn after a long piece until others had as much time, and these have theirs', async () => {
  const { noted, piece, endRest } = scene();
  const long = [piece('one', 40), piece('one', 10)];
  await long[0];
  // A save has several turns, one after the other.
  for (let turn = 0; turn < 30; turn++) await piece('two', 1);
  expect(noted.slice(0, 2)).toEqual(['one works 40', 'rests 40']);
  expect(noted.slice(2)).toEqual(Array.from({ length: 30 }, () => 'two works 1'));
  endRest();
  await long[1];
  expect(noted.at(-1)).toBe('one works 10');
});

it.each([
  [19, []],
  [20, ['rests 20']],
  [199, ['rests 199']],
  // Others have noticed it.
  [200, ['rests 600']],
  [3_000, ['rests 9000']],
  [4_000, ['rests 10000']],
])('a piece of %p ms is followed by %p', async (milliseconds, rests) => {
  const { noted, piece } = scene();
  await piece('one', milliseconds);
  await settled();
  expect(noted.slice(1)).toEqual(rests);
});

it('returns what the work returns, and throws what it throws, before it rests', async () => {
  const { turns, piece } = scene();
  await expect(turns.run('one', () => 'done')).resolves.toBe('done');
  const failed = turns.run('one', () => {
    throw new Error('broken');
  });
  await expect(failed).rejects.toThrow('broken');
  await expect(turns.run('one', () => 'again')).resolves.toBe('again');
  await piece('one', 1_000);
});

it('lets what has come meanwhile go on between two short pieces', async () => {
  const { noted, piece } = scene();
  setImmediate(() => noted.push('other'));
  await Promise.all(Array.from({ length: 5 }, () => piece('one', 1)));
  expect(noted[0]).toBe('other');
});

it('refuses what would wait behind too many', async () => {
  const { piece } = scene(2);
  const [, , third] = [piece('one', 1), piece('one', 1), piece('one', 1)];
  await expect(third).rejects.toThrow('Too much is waiting for "one"');
});
