import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../kubernetes/repository.js';
import { MUTANTS } from './mutants.js';

const read = (...path: string[]): string => readFileSync(join(REPOSITORY, ...path), 'utf8');

test.each(MUTANTS.map((mutant) => [mutant.what, mutant] as const))(
  'the text is there once that is changed so that %s, and so is the test that is to fail',
  (_, { file, from, folder, test: path, name }) => {
    expect(read(file).split(from)).toHaveLength(2);
    expect(read(folder, path)).toContain(`'${name}'`);
  },
);
