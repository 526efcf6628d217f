import { withImport, withLineInBlock, withTextAfter, withTextBefore } from './text-edits.js';

const source = `import { z } from 'zod';
import { alpha } from './steps/alpha.js';
import {
  gamma,
  type Gamma,
} from './steps/gamma.js';

/** All. */
export const all = {
  alpha,
  gamma: { of: [
    gamma,
  ] },
} as const;
`;

describe('withImport', () => {
  it('puts an import in the order of the modules', () => {
    expect(withImport(source, 'beta', './steps/beta.js')).toBe(
      source.replace('import {\n', "import { beta } from './steps/beta.js';\nimport {\n"),
    );
  });

  it('puts the last one after imports of several lines', () => {
    expect(withImport(source, 'omega', './steps/omega.js')).toContain(
      "} from './steps/gamma.js';\nimport { omega } from './steps/omega.js';\n\n/** All. */",
    );
  });

  it('fails when there is nothing of the kind', () => {
    expect(() => withImport(source, 'x', './other/x.js')).toThrow('There is no import from ./other/');
  });
});

describe('withLineInBlock', () => {
  it('adds a line before the end of the block, past blocks inside of it', () => {
    expect(withLineInBlock(source, 'export const all = {', 'omega,')).toContain('  ] },\n  omega,\n} as const;');
  });

  it('fails when there is no such block', () => {
    expect(() => withLineInBlock(source, 'export const none = {', 'omega,')).toThrow('There is no "export const none');
  });
});

it('adds text before and after a place, and fails without one', () => {
  expect(withTextBefore('a b c', /b/, 'x ')).toBe('a x b c');
  expect(withTextAfter('a b c', /b/, ' x')).toBe('a b x c');
  expect(() => withTextBefore('a', /b/, 'x')).toThrow('There is no /b/');
  expect(() => withTextAfter('a', /b/, 'x')).toThrow('There is no /b/');
});
