import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ApiDocument } from '@millrace/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';

const FOLDER = path.join(__dirname, '..');

interface Exchange {
  readonly request: { readonly method: string; readonly path: string };
  readonly answer: { readonly status?: number; readonly body?: unknown; readonly text?: string };
}
interface Case {
  readonly name: string;
  readonly wire: readonly Exchange[];
  readonly off_contract?: string;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
}

const files = readdirSync(path.join(FOLDER, 'cases'));
const cases = files.flatMap((file) => read(`cases/${file}`) as Case[]);

test.each(files)('%s has the form of case.schema.json', (file) => {
  const ajv = new Ajv2020({ allErrors: true, formats: { regex: true } });
  const validate = ajv.compile(read('case.schema.json') as Record<string, unknown>);
  validate(read(`cases/${file}`));
  expect(validate.errors).toBeNull();
});

test('no two cases have the same name', () => {
  const names = cases.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('what the API returns in the cases is what its document allows', () => {
  const document = new ApiDocument(read('openapi.json'));
  const problems = cases
    .filter(({ off_contract: off }) => off === undefined)
    .flatMap(({ name, wire }) =>
      wire.flatMap(({ request: { method, path: sent }, answer: { status, body, text } }) => {
        if (status === undefined || text !== undefined) return [];
        const contentType = body === undefined ? null : 'application/json';
        return document.problemsOf({ method, path: sent, status, contentType, body }).map((problem) => [name, problem]);
      }),
    );
  expect(problems).toEqual([]);
  expect(document.seen.size).toBeGreaterThan(5);
});
