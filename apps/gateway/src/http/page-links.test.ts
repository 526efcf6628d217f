import { pageLinks } from './page-links.js';

describe('pageLinks', () => {
  it('is left out when one page holds everything', () => {
    expect(pageLinks('/v1/workflows', { total: 20, page: 1, per_page: 20 })).toBeNull();
  });

  it('names the neighbours and keeps the other parameters', () => {
    expect(pageLinks('/v1/workflows?status=active&page=2', { total: 45, page: 2, per_page: 20 })).toBe(
      [
        '</v1/workflows?status=active&page=1>; rel="first"',
        '</v1/workflows?status=active&page=1>; rel="prev"',
        '</v1/workflows?status=active&page=3>; rel="next"',
        '</v1/workflows?status=active&page=3>; rel="last"',
      ].join(', '),
    );
  });

  it('leads back from a page behind the last', () => {
    expect(pageLinks('/v1/workflows?page=9', { total: 45, page: 9, per_page: 20 })).toContain('page=3>; rel="prev"');
  });
});
