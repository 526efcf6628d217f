// `pnpm run release:prepare`: the changesets become versions and a section of CHANGELOG.md.
import { prepareRelease } from './release/prepare-release.js';
import { REPOSITORY } from './repository.js';

try {
  process.stdout.write(`Millrace ${prepareRelease(REPOSITORY)}: look the changes over and commit them.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
