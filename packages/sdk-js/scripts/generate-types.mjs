// Makes src/generated/openapi.ts of the OpenAPI document. With --check it only says whether the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTypescript, { astToString } from 'openapi-typescript';

const source = new URL('../../sdk-conformance/openapi.json', import.meta.url);
const target = new URL('../src/generated/openapi.ts', import.meta.url);

/** @typedef {import('openapi-typescript').OperationObject} Operation */
/** @typedef {Record<string, Record<import('openapi-typescript').Method, Operation>>} Paths By path, and there by method. */
/** @typedef {{ openapi: string, info: import('openapi-typescript').InfoObject, paths: Paths }} Document */

/**
 * Bodies and parameters are what the SDK is typed with; answers, errors and examples would be ten times as much.
 *
 * @param {Document} document
 * @returns {Document}
 */
function withoutAnswers(document) {
  const paths = mapMembers(document.paths, (operations) =>
    mapMembers(operations, ({ operationId, parameters }) => ({ operationId, parameters, responses: {} })),
  );
  return { ...document, paths };
}

/**
 * @template {string} Name
 * @template Value
 * @template Changed
 * @param {Record<Name, Value>} members
 * @param {(value: Value) => Changed} change
 * @returns {Record<Name, Changed>}
 */
function mapMembers(members, change) {
  /** @type {[string, Value][]} */
  const entries = Object.entries(members);
  const changed = Object.fromEntries(entries.map(([name, value]) => [name, change(value)]));
  return /** @type {Record<Name, Changed>} */ (changed);
}

/** @type {unknown} */
const whole = JSON.parse(readFileSync(source, 'utf8'));
const document = withoutAnswers(/** @type {Document} */ (whole));
const text = `// Made of the OpenAPI document by \`pnpm sdk:generate\`; never changed by hand.\n\n${astToString(await openapiTypescript(document))}`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('src/generated/openapi.ts is not what the OpenAPI document says. Run: pnpm sdk:generate\n');
  process.exitCode = 1;
}
