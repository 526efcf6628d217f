import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './kubernetes/repository.js';

/*
 * Files with secrets or with what users have sent, which pages and programs have somebody make in a checkout. One that Git knows is
 * published with the next commit, one that Docker knows is in a layer of each image that is built from the tree.
 */
const SECRET = [
  'secrets-production.yaml',
  'k8s/overlays/evaluation/secrets.yaml',
  'deploy/.env',
  // Where it was once, until it is moved.
  'deploy/compose/.env',
  'deploy/compose/secrets/master-keys',
  'backup/.env',
  'backup-2026-11-29/nats/stream.json',
  'millrace.archive',
  'millrace.tar.gz',
  'executor.heapsnapshot',
  'executor.cpuprofile',
];

/** Patterns of `.dockerignore`: from the root on, `**` for any folders, and all that is below what they name. */
const patterns = readFileSync(join(REPOSITORY, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const text = line
      .replaceAll('.', String.raw`\.`)
      .replaceAll('**/', '(?:<>/)?')
      .replaceAll('*', '[^/]*')
      .replaceAll('<>', '.*');
    return new RegExp(`^${text}(?:/|$)`);
  });

it.each(SECRET)('%s is known to neither Git nor Docker', (path) => {
  const ignored = execFileSync('git', ['check-ignore', '--no-index', path], { cwd: REPOSITORY, encoding: 'utf8' });
  expect(ignored.trim()).toBe(path);
  expect(patterns.some((pattern) => pattern.test(path))).toBe(true);
});
