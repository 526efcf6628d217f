import { isDeepStrictEqual } from 'node:util';

/**
 * A request as it came over the wire.
 *
 * @typedef {object} SeenRequest
 * @property {string} method
 * @property {string} path without the query
 * @property {Record<string, string>} query
 * @property {Record<string, string | string[] | undefined>} headers names in lower case
 * @property {string} text the body; empty without one
 */

/**
 * @typedef {object} ExpectedRequest
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} [query]
 * @property {Record<string, string | null | { matches: string } | { same_as: number } | { differs_from: number }>} [headers]
 * @property {unknown} [body] JSON
 * @property {string} [text] a body that is no JSON
 */

/**
 * What differs between a request and the one that the case expects.
 *
 * @param {ExpectedRequest} expected
 * @param {SeenRequest} seen
 * @param {readonly SeenRequest[]} before all requests before it
 * @returns {string[]} one line for each difference
 */
export function requestProblems(expected, seen, before) {
  const problems = [];
  if (seen.method !== expected.method) problems.push(`method ${seen.method} instead of ${expected.method}`);
  if (seen.path !== expected.path) problems.push(`path ${seen.path} instead of ${expected.path}`);
  if (!isDeepStrictEqual(seen.query, expected.query ?? {})) {
    problems.push(`query ${JSON.stringify(seen.query)} instead of ${JSON.stringify(expected.query ?? {})}`);
  }
  for (const [name, rule] of Object.entries(expected.headers ?? {})) {
    const key = name.toLowerCase();
    const problem = headerProblem(rule, seen.headers[key], (index) => before[index]?.headers[key]);
    if (problem) problems.push(`header ${name} ${JSON.stringify(seen.headers[key])} ${problem}`);
  }
  return [...problems, ...bodyProblems(expected, seen.text)];
}

/**
 * @param {NonNullable<ExpectedRequest['headers']>[string]} rule
 * @param {string | string[] | undefined} value
 * @param {(index: number) => string | string[] | undefined} earlier
 * @returns {string | undefined}
 */
function headerProblem(rule, value, earlier) {
  if (rule === null) return value === undefined ? undefined : 'instead of none';
  if (typeof rule === 'string') return value === rule ? undefined : `instead of ${JSON.stringify(rule)}`;
  if (typeof value !== 'string') return 'is missing';
  if ('matches' in rule) return new RegExp(rule.matches).test(value) ? undefined : `does not match ${rule.matches}`;
  if ('same_as' in rule) return value === earlier(rule.same_as) ? undefined : `differs from request ${rule.same_as}`;
  return value === earlier(rule.differs_from) ? `is that of request ${rule.differs_from}` : undefined;
}

/**
 * @param {ExpectedRequest} expected
 * @param {string} text
 * @returns {string[]}
 */
function bodyProblems(expected, text) {
  if ('text' in expected) return text === expected.text ? [] : [`body ${text} instead of ${expected.text}`];
  if (!('body' in expected)) return text === '' ? [] : [`body ${text} instead of none`];
  try {
    if (isDeepStrictEqual(JSON.parse(text), expected.body)) return [];
  } catch {
    // Said below: what is no JSON differs from all JSON.
  }
  return [`body ${text} instead of ${JSON.stringify(expected.body)}`];
}
