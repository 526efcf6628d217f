// `pnpm run release:prepare`: the changesets become versions and a section of CHANGELOG.md.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareRelease } from './src/commands/prepare-release.mjs';

const here = dirname(fileURLToPath(import.meta.url));
try {
  console.log(
    `Millrace ${prepareRelease({ repoRoot: join(here, '..', '..') })}: look the changes over and commit them.`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
