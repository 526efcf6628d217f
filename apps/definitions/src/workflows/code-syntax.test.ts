import { LIMITS, type AppError } from '@millrace/contracts';
import type * as threads from 'node:worker_threads';
import { CodeSyntax } from './code-syntax.js';

/** What each thread was given as its environment. */
const environments: unknown[] = [];
jest.mock('node:worker_threads', () => {
  const actual = jest.requireActual<typeof threads>('node:worker_threads');
  class Worker extends actual.Worker {
    constructor(...options: ConstructorParameters<typeof actual.Worker>) {
      super(...options);
      environments.push(options[1]?.env);
    }
  }
  return { ...actual, Worker };
});

const syntax = new CodeSyntax();
afterAll(() => syntax.onApplicationShutdown());

const problemOf = async (source: string): Promise<unknown> =>
  (await syntax.problemsOf('org_1', [source])).get(source) ?? null;

it.each([
  ['return }', 'Unexpected token', 1, 8],
  ['const a = 1;\nconst b = ;\n', 'Unexpected token', 2, 11],
  ['return "a', 'Unterminated string constant', 1, 8],
  ['const a = 1;\r\nlet a', "Identifier 'a' has already been declared", 2, 5],
  ['return /(/', 'Invalid regular expression: /(/: Unterminated group', 1, 9],
  ['return 1\n}); (() => {', 'Unexpected token', 2, 1],
  ['import fs from "fs"', "'import' and 'export' may appear only with 'sourceType: module'", 1, 1],
])('%j does not parse, and where', async (source, message, line, column) => {
  expect(await problemOf(source)).toMatchObject({ message, line, column });
});

it('is parsed in threads that have nothing of the environment of the service', async () => {
  await problemOf('return 1');
  expect(new Set(environments.map((env) => JSON.stringify(env)))).toEqual(new Set(['{}']));
});

it.each([
  ['return input.a + 1'],
  ['const n = await Promise.resolve(2); return (async () => n * 2)()'],
  ['for await (const x of []) {}; return [new.target, /(?<a>\\p{L})/u, 1n, a?.b ?? 0]'],
  ['with (input) { return a }; <!-- a comment'],
  ['class A { static #a = 1; static { A.#a ||= 2 } } return `${A}`'],
  [''],
])('%j parses', async (source) => {
  expect(await problemOf(source)).toBeNull();
});

/** Names that differ, as many as fit: the parser looks each up among those before it. */
const names = Array.from({ length: 20_000 }, (_, at) => `a${at.toString(36)}`).join();

it.each([
  ['time', `let ${names};`],
  ['memory', `${'{'.repeat(1_000)}var [${names}] = x;${'}'.repeat(1_000)}`],
])('code that takes the parser too much %s is given up, and the next one is parsed again', async (_what, dense) => {
  const hostile = Array.from({ length: 40 }, (_, at) => `${dense}//${at}`);
  const late = '}';
  expect((await syntax.problemsOf('org_1', [...hostile, late])).has(late)).toBe(false);
  expect(await problemOf(late)).not.toBeNull();
});

it('regular expressions that take an engine long to read are not given to it', async () => {
  const expression = `/${'\\p{L}'.repeat(15_000)}/iv,`;
  const source = `return [${expression.repeat(6)}] }`;
  expect(await problemOf(source)).toMatchObject({ line: 1, column: source.length });
});

it('code that nests too deeply to be parsed is left to what runs it', async () => {
  expect(await problemOf('('.repeat(50_000))).toBeNull();
  expect(await problemOf('return }')).not.toBeNull();
});

it('an organisation has no more documents waiting than it may save at once, and holds up nobody else', async () => {
  const many = Array.from({ length: LIMITS.savesPerOrganisation + 1 }, (_, at) =>
    syntax.problemsOf('org_1', [`return ${at}`]).then(
      () => 'parsed',
      (error: unknown) => (error as AppError).code,
    ),
  );
  const other = await syntax.problemsOf('org_2', ['}']);
  expect(other.size).toBe(1);
  expect((await Promise.all(many)).filter((outcome) => outcome !== 'parsed')).toEqual(['SERVICE_UNAVAILABLE']);
});
