import { noteChange, noting, type NotedChange } from './noted-change.js';

const state = (hash: string): NotedChange => ({ before: null, after: { hash, version: 1 } });

it('is known of work that fails after its write', async () => {
  const { outcome, change } = await noting(async () => {
    await Promise.resolve();
    noteChange(() => state('a'));
    throw new Error('not published');
  });
  expect(outcome).toMatchObject({ status: 'rejected', reason: new Error('not published') });
  expect(await change?.()).toEqual(state('a'));
});

it('belongs to the work in which it was noted, however many are under way', async () => {
  const both = await Promise.all(
    ['a', 'b'].map((hash) =>
      noting(async () => {
        await Promise.resolve();
        noteChange(() => state(hash));
        await Promise.resolve();
        return hash;
      }),
    ),
  );
  expect([await both[0]?.change?.(), await both[1]?.change?.()]).toEqual([state('a'), state('b')]);
});

it('is nothing where nothing was noted, and nothing is read of what is no write of the API', async () => {
  expect((await noting(async () => 1)).change).toBeUndefined();
  expect(() =>
    noteChange(() => {
      throw new Error('read in vain');
    }),
  ).not.toThrow();
});
