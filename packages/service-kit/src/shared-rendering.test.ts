import { SharedRendering } from './shared-rendering.js';

let now: number;
let renderings: ((result: string | Error) => void)[];
let shared: SharedRendering;

beforeEach(() => {
  now = 0;
  renderings = [];
  const render = () =>
    new Promise<string>((resolve, reject) =>
      renderings.push((result) => (result instanceof Error ? reject(result) : resolve(result))),
    );
  shared = new SharedRendering(render, () => now);
});

test('all who ask while a text is made have that one, however long it takes', async () => {
  const first = shared.text();
  now = 5_000;
  const second = shared.text();
  expect(renderings).toHaveLength(1);
  renderings[0]?.('one');
  expect(await Promise.all([first, second])).toEqual(['one', 'one']);
});

test('a text is shared for a second, and made anew after that', async () => {
  const first = shared.text();
  renderings[0]?.('one');
  await first;
  now = 999;
  expect(await shared.text()).toBe('one');
  now = 1_000;
  const second = shared.text();
  renderings[1]?.('two');
  expect(await second).toBe('two');
  expect(renderings).toHaveLength(2);
});

test('one that could not be made is tried anew', async () => {
  const first = shared.text();
  renderings[0]?.(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  const second = shared.text();
  renderings[1]?.('two');
  expect(await second).toBe('two');
});
