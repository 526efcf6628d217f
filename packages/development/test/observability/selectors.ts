/** A condition on a label. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** Series by the name of their metric and conditions on their labels. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** What the query has in front of it. */
  readonly before: string;
}

const METRIC = /\b(?:up|(?:millrace|nodejs|process)_\w+)\b/g;

/** The selectors of a query of PromQL, of our metrics: those without conditions too. */
export function selectorsOf(query: string): Selector[] {
  return [...query.matchAll(METRIC)].map(({ 0: metric, index }) => {
    const rest = query.slice(index + metric.length);
    const braces = rest.startsWith('{') ? rest.slice(1, rest.indexOf('}')) : '';
    return { metric, matchers: matchersOf(braces), before: query.slice(0, index) };
  });
}

/** Labels that a query groups by. */
export function groupedBy(query: string): string[] {
  return [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  );
}

function matchersOf(text: string): Matcher[] {
  const pairs = text.matchAll(/\b(\w+)(=~|!~|!=|=)"([^"]*)"/g);
  return [...pairs].map(([, label = '', operator, value = '']) => ({
    label,
    operator: operator as Matcher['operator'],
    value,
  }));
}
