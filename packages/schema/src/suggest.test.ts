import { closest, didYouMean } from './suggest.js';

describe('closest', () => {
  it.each([
    ['ulr', 'url'],
    ['trueBranch', 'true_branch'],
    ['tru_branch', 'true_branch'],
    ['HEADERS', 'headers'],
  ])('takes %s for %s', (word, meant) => {
    expect(closest(word, ['headers', 'true_branch', 'false_branch', 'url'])).toBe(meant);
  });

  it('has no answer when nothing is like the word', () => {
    expect(closest('xyzzy', ['url', 'headers'])).toBeUndefined();
    expect(didYouMean('', [])).toBeUndefined();
  });
});
