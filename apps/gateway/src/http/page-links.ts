/** The `Link` header of a page (RFC 8288; relations first, prev, next, last), or null when there is only one page. */
export function pageLinks(url: string, list: { total: number; page: number; per_page: number }): string | null {
  const last = Math.max(1, Math.ceil(list.total / list.per_page));
  if (last === 1 && list.page === 1) return null;
  const pages: [string, number][] = [['first', 1]];
  if (list.page > 1) pages.push(['prev', Math.min(list.page - 1, last)]);
  if (list.page < last) pages.push(['next', list.page + 1]);
  pages.push(['last', last]);
  return pages.map(([relation, page]) => `<${withPage(url, page)}>; rel="${relation}"`).join(', ');
}

function withPage(url: string, page: number): string {
  const [path, query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('page', String(page));
  return `${path}?${parameters.toString()}`;
}
