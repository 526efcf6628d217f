import { FixedTexts } from './fixed-texts.js';
import type { ReadSecrets } from './trigger-texts.js';

const withSecrets =
  (secrets: Record<string, string>): ReadSecrets =>
  (names) =>
    Promise.resolve(Object.fromEntries(Object.entries(secrets).filter(([name]) => names.includes(name))));
const textsOf = async (templates: readonly string[], secrets: Record<string, string> = {}) =>
  (await FixedTexts.open(templates, withSecrets(secrets))).texts;

afterEach(() => jest.useRealTimers());

it('are worked out once for the same templates and secrets, and again for others', async () => {
  const templates = ["{{hash(secrets.key, 'md5')}}", 'Bearer {{secrets.other}}'];
  const first = await textsOf(templates, { key: 'a', other: 'b' });
  expect(first).toEqual(['0cc175b9c0f1b6a831c399e269772661', 'Bearer b']);
  expect(await textsOf([...templates], { key: 'a', other: 'b' })).toBe(first);
  expect(await textsOf(templates, { key: 'c', other: 'b' })).toEqual(['4a8a08f09d37b73795649038408b5f33', 'Bearer b']);
  expect(await textsOf(templates.toReversed(), { key: 'a', other: 'b' })).toEqual(first.toReversed());
});

it('of former secrets too', async () => {
  const opened = await FixedTexts.open(['{{secrets.key}}'], withSecrets({ key: 'now' }));
  const readFormer = () => Promise.resolve({ key: ['before', 'older'] });
  const former = await opened.former(readFormer);
  expect(former).toEqual([['before'], ['older']]);
  expect((await opened.former(readFormer))[1]).toBe(former[1]);
});

it('that fail are not tried again at once, but later, and when the secret is there', async () => {
  jest.useFakeTimers();
  const templates = ['{{secrets.key}}', "{{range(0, 400).map(i => hmac('a', 'b', 'sha512')).length}}"];
  const failed = await textsOf(templates);
  expect(failed).toEqual([null, null]);
  jest.advanceTimersByTime(9_999);
  expect(await textsOf(templates)).toBe(failed);
  expect(await textsOf(templates, { key: 'k' })).toEqual(['k', null]);
  jest.advanceTimersByTime(2);
  const again = await textsOf(templates);
  expect(again).toEqual(failed);
  expect(again).not.toBe(failed);
});

it('take up a bounded memory: what was not asked for longest goes', async () => {
  const texts = (number: number) => textsOf([`${String(number)}${'x'.repeat(8_000)}`]);
  const [first, second] = [await texts(1), await texts(2)];
  for (let number = 3; number < 100; number++) await texts(number);
  // Compared by identity: both are worked out to the same.
  expect((await texts(1)) === first).toBe(true);
  for (let number = 100; number < 230; number++) await texts(number);
  expect((await texts(1)) === first).toBe(true);
  expect((await texts(2)) === second).toBe(false);
});
