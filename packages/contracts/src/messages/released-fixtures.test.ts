import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releases } from '../../test/release-payloads.fixture.js';

const changelog = readFileSync(join(__dirname, '../../../../CHANGELOG.md'), 'utf8');
/** As `sha256sum` writes it: `release:prepare` adds a line for each release. */
const recorded = readFileSync(join(__dirname, 'fixtures.sha256'), 'utf8').trimEnd().split('\n');

/** A version with a section in the changelog, or a build that others worked with, named by its commit. */
function isReleased(file: string): boolean {
  const version = file.replace(/\.json$/, '');
  return version.includes('-') || changelog.includes(`\n## ${version}\n`);
}

it('the payloads of a release are what they were when it was released: later ones are held against them', () => {
  const found = releases.filter(isReleased).map((file) => {
    const content = readFileSync(join(__dirname, 'fixtures', file));
    return `${createHash('sha256').update(content).digest('hex')}  fixtures/${file}`;
  });
  expect(found).toEqual(recorded);
});
