import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubernetesTools } from './kubernetes/kubernetes-tools.js';
import { REPOSITORY } from './kubernetes/repository.js';

const DOCKERFILE = readFileSync(join(REPOSITORY, 'deploy/Dockerfile'), 'utf8');

let hadolint: string;

beforeAll(async () => {
  ({ hadolint } = await kubernetesTools(process.env));
}, 300_000);

/** What Hadolint finds in a Dockerfile, a line each. No settings are read: none of its rules is left out. */
function findings(text: string): string[] {
  const { stdout, stderr, error } = spawnSync(hadolint, ['--no-color', '-'], {
    ...{ input: text, encoding: 'utf8', cwd: dirname(hadolint) },
    env: { HOME: dirname(hadolint) },
  });
  if (error) throw error;
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

it('Hadolint finds nothing in the Dockerfile, with all its rules', () => {
  expect(findings(DOCKERFILE)).toEqual([]);
});

it.each([
  ['a base of no version', 'FROM $NODE_IMAGE', 'FROM node', 'DL3006'],
  ['a package of no version', 'RUN npx --yes pnpm@10.34.9 install', 'RUN npm install --global pnpm', 'DL3016'],
  ['a name that a shell splits', '[ -L "$package" ]', '[ -L $package ]', 'SC2086'],
])('it would find %s', (_what, right, wrong, rule) => {
  const text = DOCKERFILE.replace(right, wrong);
  expect(text).not.toBe(DOCKERFILE);
  expect(findings(text).join('\n')).toContain(rule);
});
