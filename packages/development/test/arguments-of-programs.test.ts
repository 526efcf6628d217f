import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './kubernetes/repository.js';

/* Programs that write files do nothing for `--help` and for words that they do not know: they read their words before anything else. */

const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** By their scripts, their file. */
const programs = Object.entries(scripts).flatMap(([script, command]) => {
  const [, name] = /node packages\/development\/dist\/([\w-]+)\.js$/.exec(command) ?? [];
  return name === undefined ? [] : [{ script, name }];
});
/** Which are given names, and refuse those that there are not. */
const OF_NAMES = ['images', 'new'];

it('all of them are looked at', () => {
  expect(programs.map(({ name }) => name)).toEqual(expect.arrayContaining([...OF_NAMES, 'kubernetes-secrets', 'sbom']));
});

it.each(programs.filter(({ name }) => !OF_NAMES.includes(name)))('npm run $script has a usage', ({ script, name }) => {
  const source = readFileSync(join(REPOSITORY, 'packages/development/src', `${name}.ts`), 'utf8');
  const [, body = ''] = /^(?:\/\/.*\n)*(?:import .*\n)+\n([^]*)/.exec(source) ?? [];
  // Up to what reads the words there are values alone.
  const [before = '', after] = body.split(/read(?:Flags|Arguments)\(process\.argv\.slice\(2\), \{/);
  expect(after).toBeDefined();
  expect(before).not.toMatch(/\b(?!replaceAll\b|repeat\b|join\b)\w+\(/);
  expect(source).toContain(`npm run ${script}`);
});
