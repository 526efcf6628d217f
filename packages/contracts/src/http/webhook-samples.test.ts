import { LIMITS } from '../limits.js';
import { webhookTestSchema } from './webhooks.js';

const problemsOf = (body: object) =>
  webhookTestSchema.safeParse(body).error?.issues.map(({ path, message }) => [path.join('.'), message]);
const many = (count: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, value]));

it('a sample may have headers and a query', () => {
  const body = { body: null, headers: { 'X-GitHub-Event': 'push' }, query: { shop: '3', tag: ['a', 'b'] } };
  expect(webhookTestSchema.parse(body)).toEqual(body);
});

it('a sample has no header or query that no call could have', () => {
  expect(problemsOf({ headers: { 'X Y': 'a' } })).toEqual([['headers.X Y', expect.any(String)]]);
  for (const value of ['a\r\nX-Other: b', 'ü€', '\0'])
    expect(problemsOf({ headers: { 'x-a': value } })).toEqual([
      ['headers.x-a', expect.stringContaining('line breaks')],
    ]);
  expect(problemsOf({ headers: many(LIMITS.requestHeaders + 1) })).toEqual([
    ['headers', 'must be at most 200 headers'],
  ]);
  const long = 'v'.repeat(LIMITS.requestHeaderBytes);
  expect(problemsOf({ headers: { 'x-a': long } })).toEqual([['headers', expect.stringContaining('16384')]]);
  expect(problemsOf({ query: { a: ['1', long] } })).toEqual([['query', expect.stringContaining('16384')]]);
  expect(problemsOf({ query: { a: Array(LIMITS.formFields + 1).fill('') as string[] } })).toEqual([
    ['query', 'must be at most 1000 parameters'],
  ]);
});
