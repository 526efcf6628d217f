import { bytesIn, describeSize, describeSurplus, imageSize, requireSmall } from './image-size.js';

/** As buildah prints the size of any image. */
const buildahWith = (text: string) => () => Promise.resolve([text]);

test('an image is judged without what the stand-in for Debian has too much, and both sizes are said', async () => {
  const size = await imageSize('any', buildahWith('307 MB'));
  expect(size).toEqual({ built: 307_000_000, judged: 249_000_000 });
  expect(describeSize(size)).toBe('249 MB (307 MB here)');
  expect(() => requireSmall(size)).not.toThrow();
  const large = await imageSize('any', buildahWith('309 MB'));
  expect(() => requireSmall(large)).toThrow('251 MB (309 MB here), and may have 250 MB');
  expect(await describeSurplus(buildahWith('133 MB'))).toContain('has 133 MB, 58 MB more than the official image had');
});

test.each([
  ['1.31 GB', 1_310_000_000],
  ['192.4 MB', 192_400_000],
  ['17 KB', 17_000],
])('the size %s is read', (text, bytes) => {
  expect(bytesIn(text)).toBeCloseTo(bytes);
});

test.each(['', '5 TB', 'none'])('a size that cannot be read is no small one: %j', (text) => {
  expect(() => bytesIn(text)).toThrow('buildah says');
});
