import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS, type EndpointDeclaration } from '@millrace/contracts';
import { REPOSITORY } from './kubernetes/repository.js';

/*
 * Calls of the API that the pages show. Many of them are run by a test (`e2e/src/*-page.test.ts`); those of runbooks and of the operator's pages are
 * not, since they are about what is broken, and have to be right when they are needed.
 */

interface Call {
  readonly page: string;
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  /** A JSON text in which the shell puts nothing. */
  readonly body?: string;
}

const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: REPOSITORY, encoding: 'utf8' })
  .trim()
  .split('\n')
  // What was decided and what was released once is not corrected afterwards.
  .filter((page) => !page.startsWith('docs/adr/') && !page.endsWith('CHANGELOG.md') && !page.startsWith('.changeset/'));

function callOf(page: string, method: string, address: string): Call {
  // What a shell cuts off a variable may have slashes.
  const [path = '', query = ''] = address.replaceAll(/\$\{\w[^}]*\}/g, '$VARIABLE').split('?');
  const names = query.split('&').flatMap((part) => (part === '' ? [] : [part.split('=')[0] ?? '']));
  return { page, method, path: `/v1${path}`, query: names };
}

/** By curl: a command goes on in the next line behind a backslash, and in a text in quotes. */
function commandsIn(page: string, text: string): Call[] {
  const commands = [...text.matchAll(/\bcurl (?:[^'"|\n\\]|\\\n|"[^"]*"|'[^']*')*/g)].map(([command]) => command);
  return commands.flatMap((command) => {
    const address = /\$API(\/[^\s"']*)/.exec(command)?.[1];
    if (address === undefined) return [];
    const given = /\s-X ([A-Z]+)/.exec(command)?.[1];
    const call = callOf(page, given ?? (/\s(?:-d|--data-binary|-F) /.test(command) ? 'POST' : 'GET'), address);
    const body = /\s-d '(\{[^']*)'(?=[\s)]|$)/.exec(command)?.[1];
    return [body === undefined ? call : { ...call, body }];
  });
}

/** In a sentence or a table: `POST /v1/workflows`. */
function namedIn(page: string, text: string): Call[] {
  const named = text.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) \/v1(\/[\w/{}$?=&.-]*)/g);
  // Without its end it is one of several.
  const whole = [...named].filter(([, , address = '']) => !address.endsWith('/'));
  return whole.map(([, method = '', address = '']) => callOf(page, method, address.replace(/[.?]$/, '')));
}

const isParameter = (part: string): boolean => part.startsWith('{');

/** Endpoints that a call may be of: a part of its path that is in the place of a parameter may be anything, also a variable. */
function endpointsOf({ method, path }: Call): EndpointDeclaration[] {
  const parts = path.split('/');
  const fits = (declared: readonly string[]): boolean =>
    declared.length === parts.length &&
    declared.every((part, index) => (isParameter(part) ? parts[index] !== '' : part === parts[index]));
  return ENDPOINTS.filter((one) => [method, 'ANY'].includes(one.method) && fits(one.path.split('/')));
}

function takes({ query }: EndpointDeclaration, names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(query?.shape ?? {}, name));
}

const calls = pages.flatMap((page) => {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');
  return [...commandsIn(page, text), ...namedIn(page, text)];
});

it('are found on the pages, those of runbooks too', () => {
  expect(calls.length).toBeGreaterThan(150);
  const from = new Set(calls.map(({ page }) => page));
  for (const page of ['docs/api.md', 'docs/email.md', 'docs/operate.md', 'docs/runbooks/MillraceDeadLetters.md'])
    expect([...from]).toContain(page);
  expect(calls).toContainEqual({
    page: 'docs/runbooks/MillraceDeadLetters.md',
    method: 'POST',
    path: '/v1/dead-letters/$ID/requeue',
    query: [],
  });
  expect(calls.some(({ query }) => query.length > 1)).toBe(true);
});

it('are of endpoints that there are', () => {
  const unknown = calls.filter((call) => endpointsOf(call).length === 0);
  expect(unknown.map(({ page, method, path }) => `${page}: ${method} ${path}`)).toEqual([]);
});

it('have parameters that their endpoints know', () => {
  const wrong = calls.filter((call) => !endpointsOf(call).some((endpoint) => takes(endpoint, call.query)));
  expect(wrong.map(({ page, path, query }) => `${page}: ${path}?${query.join('&')}`)).toEqual([]);
});

it('have bodies that their endpoints take', () => {
  const withBodies = calls.flatMap((call) => {
    const schema = endpointsOf(call)[0]?.body?.schema;
    return call.body === undefined || schema === undefined ? [] : [{ ...call, body: call.body, schema }];
  });
  expect(withBodies.length).toBeGreaterThan(20);
  const refused = withBodies.flatMap(({ page, path, body, schema }) => {
    const { error } = schema.safeParse(JSON.parse(body));
    return error === undefined ? [] : [`${page}: ${path}: ${error.message}`];
  });
  expect(refused).toEqual([]);
});
