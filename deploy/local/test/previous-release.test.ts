import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { previousTag, WITHOUT_TAG } from '../src/testing/previous-release.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  const { status, stderr } = spawnSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

const commit = (): void => git('commit', '--quiet', '--allow-empty', '--message', 'One more');

it('the previous release is the newest one behind what is checked out, also where that is a release itself', () => {
  git('init', '--quiet');
  commit();
  expect(previousTag(folder)).toBeUndefined();
  git('tag', 'v1.0.0');
  commit();
  git('tag', 'nightly');
  expect(previousTag(folder)).toBe('v1.0.0');
  commit();
  git('tag', 'v1.1.0');
  expect(previousTag(folder)).toBe('v1.0.0');
  commit();
  expect(previousTag(folder)).toBe('v1.1.0');
});

it('the release or build that upgrades are tested from has its payloads of messages among those that must be read', () => {
  const repository = join(__dirname, '../../..');
  const previous = previousTag(repository)?.slice(1) ?? `-${WITHOUT_TAG.slice(0, 8)}`;
  const files = readdirSync(join(repository, 'packages/contracts/src/messages/fixtures'));
  expect(files.filter((file) => file.endsWith(`${previous}.json`))).toHaveLength(1);
});
