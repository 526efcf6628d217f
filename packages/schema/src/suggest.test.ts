import { suggestions } from './suggest.js';

describe('a suggestion', () => {
  it.each([
    ['ulr', 'url'],
    ['trueBranch', 'true_branch'],
    ['tru_branch', 'true_branch'],
    ['HEADERS', 'headers'],
  ])('takes %s for %s', (word, meant) => {
    const suggest = suggestions();
    expect(suggest(word, ['headers', 'true_branch', 'false_branch', 'url'])).toBe(`Did you mean "${meant}"?`);
  });

  it('is not made when nothing is like the word', () => {
    const suggest = suggestions();
    expect(suggest('xyzzy', ['url', 'headers'])).toBeUndefined();
    expect(suggest('', [])).toBeUndefined();
  });

  it('is not looked for once the report has used up its comparisons', () => {
    const suggest = suggestions(100);
    expect(suggest('ulr', ['url'])).toBe('Did you mean "url"?');
    let looked = 0;
    function* many() {
      for (; looked < 1_000; looked += 1) yield 'headers and more';
    }
    expect(suggest('ulr', many())).toBeUndefined();
    expect(suggest('ulr', ['url'])).toBeUndefined();
    expect(looked).toBeLessThan(100);
  });

  it('costs as much as there is to compare', () => {
    // Each comparison of two words of ten letters is a hundred.
    const suggest = suggestions(1_000);
    let looked = 0;
    function* many() {
      for (; looked < 100; looked += 1) yield 'unlikeable';
    }
    expect(suggest('differents', many())).toBeUndefined();
    expect(looked).toBeLessThan(20);
  });

  it('is not made for a word that is too long to be a name', () => {
    expect(suggestions()('u'.repeat(65), ['u'.repeat(64)])).toBeUndefined();
  });
});
