// `pnpm run release:prepare`: the changesets become versions and a section of CHANGELOG.md.
import { readFlags } from '@millrace/local/arguments';
import { prepareRelease } from './release/prepare-release.js';
import { REPOSITORY } from './repository.js';

readFlags(process.argv.slice(2), { usage: 'npm run release:prepare' });
try {
  process.stdout.write(`Millrace ${prepareRelease(REPOSITORY)}: look the changes over and commit them.\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
