// Makes src/generated/openapi.ts of the OpenAPI document. With --check it only says whether the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTypescript, { astToString } from 'openapi-typescript';

const source = new URL('../../sdk-conformance/openapi.json', import.meta.url);
const target = new URL('../src/generated/openapi.ts', import.meta.url);

/** Bodies and parameters are what the SDK is typed with; answers, errors and examples would be ten times as much. */
function withoutAnswers(document) {
  const paths = Object.entries(document.paths).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations).map(([method, { operationId, parameters }]) => [
        method,
        { operationId, parameters, responses: {} },
      ]),
    ),
  ]);
  return { ...document, paths: Object.fromEntries(paths) };
}

const document = withoutAnswers(JSON.parse(readFileSync(source, 'utf8')));
const text = `// Made of the OpenAPI document by \`pnpm sdk:generate\`; never changed by hand.\n\n${astToString(await openapiTypescript(document))}`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('src/generated/openapi.ts is not what the OpenAPI document says. Run: pnpm sdk:generate\n');
  process.exitCode = 1;
}
