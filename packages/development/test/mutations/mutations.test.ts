import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../kubernetes/repository.js';
import type { Mutant } from './mutant.js';
import { MUTANTS } from './mutants.js';

/*
 * Takes one guard after another away, and sees that a test fails for it: `npm run test:long -- mutations`. The source is changed while it is compiled for
 * that test, and stays as it is.
 */

interface Result {
  readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
}

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-mutant-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the test of a mutant, with the guard or without it, and returns what became of it. */
function outcomeOf({ folder: of, test: path, name, ...change }: Mutant, isChanged: boolean): string | undefined {
  const mutant = isChanged ? change : { ...change, to: change.from };
  const preset = join(REPOSITORY, 'jest.preset.cjs');
  const transform = join(__dirname, 'mutating-transform.cjs');
  const config = join(folder, 'jest.config.cjs');
  const report = join(folder, 'report.json');
  writeFileSync(
    config,
    `const preset = require(${JSON.stringify(preset)});
const [[files, [, options]]] = Object.entries(preset.transform);
module.exports = {
  ...preset,
  rootDir: ${JSON.stringify(join(REPOSITORY, of))},
  transform: { [files]: [${JSON.stringify(transform)}, { ...options, mutant: ${JSON.stringify(mutant)} }] },
};
`,
  );
  const jest = join(REPOSITORY, 'node_modules', 'jest', 'bin', 'jest.js');
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const args = ['--config', config, '--json', '--outputFile', report, '--forceExit', '--runTestsByPath', join(REPOSITORY, of, path), '-t', escaped]; // prettier-ignore
  spawnSync(process.execPath, [jest, ...args], {
    cwd: REPOSITORY,
    env: { ...process.env, MILLRACE_JEST_INTEGRATION: '1' },
    stdio: 'ignore',
    timeout: 300_000,
  });
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: Result[] };
  return testResults.flatMap(({ assertionResults }) => assertionResults).find(({ title }) => title === name)?.status;
}

test.each(MUTANTS.map((mutant) => [mutant.what, mutant] as const))(
  'a test fails when %s, and passes as it is',
  (_, mutant) => {
    expect(outcomeOf(mutant, true)).toBe('failed');
    expect(outcomeOf(mutant, false)).toBe('passed');
  },
  900_000,
);
