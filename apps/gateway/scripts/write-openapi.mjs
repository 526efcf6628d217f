// Writes the OpenAPI document to where the SDKs are made of it: `pnpm openapi` in the root of the repository, after a build.
import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../dist/documentation/openapi-document.js';

const file = new URL('../../../packages/sdk-conformance/openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
