// One Jest set-up for the whole repository; each package has a jest.config.cjs that names only its own extras, so that Jest
// runs in its folder too. `npm test` runs all of them together (jest.config.cjs).
// Tests and our own modules run as CommonJS; packages are loaded by Node.js, whatever they are (jest/runtime.cjs).
const path = require('node:path');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: path.join(__dirname, 'jest/environment.cjs'),
  runtime: path.join(__dirname, 'jest/runtime.cjs'),
  // A bound of a hang, not an expectation: the machine may be many times slower than a desk.
  testTimeout: 180_000,
  testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '/dist/',
    ...(process.env.MILLRACE_JEST_INTEGRATION ? [] : ['\\.int\\.test\\.ts$']),
  ],
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    // TypeScript sources name their siblings as they will be called after the build.
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Workspace packages are read from source, so no build comes between an edit and its test.
    '^@millrace/(service-kit)/(package\\.json|worker/.*)$': path.join(__dirname, 'packages/$1/$2'),
    '^@millrace/(contracts|expression|service-kit)/(.*)$': path.join(__dirname, 'packages/$1/src/$2'),
    '^@millrace/(schema|expression|contracts|messaging|testing)$': path.join(__dirname, 'packages/$1/src/index.ts'),
  },
};
