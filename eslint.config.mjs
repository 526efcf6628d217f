import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** Members are private at run time as well; only what a constructor is given has the keyword. */
const NO_PRIVATE_KEYWORD = {
  selector: ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"])[accessibility="private"]',
  message: 'Name a private member #name.',
};

const NO_ENUMS = { selector: 'TSEnumDeclaration', message: 'Use an `as const` object and a union type.' };
const FIRST_GENERATION = {
  selector: 'Property[key.name="generation"][value.value=0]',
  message: 'Only startExecution (@millrace/service-kit/start-execution) makes the first generation.',
};

/** Modules that no tsconfig holds: configuration, and the programs of packages that use the build of their own package. */
const WITHOUT_TYPES = [
  '*.mjs',
  '**/*.cjs',
  'apps/{executor,gateway,history,webhook-dispatcher}/{scripts,test}/**/*.mjs',
  'packages/{expression,messaging,service-kit}/{scripts,test}/**/*.mjs',
];

/** Modules that open connections; types of theirs are harmless. */
const CONNECTING = [
  ['undici', ['Agent', 'Client', 'Pool', 'ProxyAgent', 'buildConnector', 'connect', 'fetch', 'request', 'stream']],
  ['node:net', ['connect', 'createConnection', 'Socket']],
  ['node:tls', ['connect', 'TLSSocket']],
  ['node:http', ['get', 'request', 'ClientRequest', 'Agent']],
  ['node:https', ['get', 'request', 'Agent']],
  ['node:http2', ['connect']],
  ['node:dgram', ['createSocket']],
  ['nodemailer'],
  ['imapflow'],
];
const GUARDED = 'Reach what users name by @millrace/service-kit/safe-http: it refuses addresses inside of the network.';
/** Clients of mail servers are loaded when they are needed. */
const MAIL_CLIENT = { selector: 'ImportExpression[source.value=/^(nodemailer|imapflow)/]', message: GUARDED };
const STARTS = {
  selector: 'CallExpression[callee.property.name="publish"][arguments.0.name="RunRequested"]',
  message: 'Start executions with startExecution (@millrace/service-kit/start-execution).',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '**/coverage/**'] },
  {
    // A pattern that can be matched in more than one way costs time that grows faster than the text it is given.
    files: ['**/*.ts', '**/*.mjs', '**/*.mts', '**/*.cjs', '**/*.js'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
      'regexp/optimal-quantifier-concatenation': 'error',
      'regexp/no-misleading-capturing-group': 'error',
      'regexp/no-contradiction-with-assertion': 'error',
      'regexp/no-dupe-disjunctions': 'error',
      'regexp/no-empty-alternative': 'error',
      'regexp/no-invalid-regexp': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 6],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read configuration in config.ts only (design rule: one home per fact).',
        },
      ],
      'no-restricted-syntax': ['error', NO_ENUMS, NO_PRIVATE_KEYWORD],
    },
  },
  {
    // Types of modules in JavaScript are comments, which the rule for types does not see.
    files: ['{apps,packages,deploy}/**/*.mjs'],
    rules: {
      'no-warning-comments': [
        'error',
        { location: 'anywhere', terms: ['{any}', '{any[]', '<any>', ', any>', ': any }', ': any,', ': any;', '| any'] },
      ],
    },
  },
  {
    // A suite of tests is one function by its form, and as long as what it tests needs.
    files: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // A promise that is rejected in a thread ends it, which its service notices.
    files: ['{apps,packages}/*/worker/**/*.mjs'],
    rules: { '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }] },
  },
  {
    files: WITHOUT_TYPES,
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'off' },
  },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // What is checked before an execution starts has one home: a second one would forget something.
    files: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts'],
    ignores: ['packages/service-kit/src/start-execution.ts', '**/*.test.ts', 'packages/testing/**'],
    rules: {
      'no-restricted-syntax': ['error', NO_ENUMS, NO_PRIVATE_KEYWORD, FIRST_GENERATION, STARTS, MAIL_CLIENT],
    },
  },
  {
    // What gives them the addresses that were checked, and what only composes messages.
    files: ['apps/executor/src/mail/mail-{lane,message}.ts', 'apps/email-ingest/src/imap/open-line.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_ENUMS, NO_PRIVATE_KEYWORD, FIRST_GENERATION, STARTS] },
  },
  {
    // Whoever calls a host that a user has named passes the one guard: a second way out would forget something.
    files: ['apps/*/src/**/*.ts', 'packages/{service-kit,messaging,contracts}/src/**/*.ts'],
    ignores: [
      'packages/service-kit/src/safe-http/**',
      // The monitor of NATS, which the operator names.
      'packages/service-kit/src/nats-monitor.ts',
      '**/*.test.ts',
    ],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'].map((name) => ({ name, message: GUARDED })),
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: CONNECTING.map(([name, importNames]) => ({
            name,
            importNames,
            allowTypeImports: true,
            message: GUARDED,
          })),
        },
      ],
    },
  },
  {
    // Wakes executions that wait: later generations.
    files: ['packages/service-kit/src/wake-execution.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_ENUMS, NO_PRIVATE_KEYWORD, FIRST_GENERATION] },
  },
  {
    // Programs that hand their environment on.
    files: ['**/config.ts', '**/*.cjs', 'deploy/local/*.mjs', 'deploy/local/src/processes/environment.mjs'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // The cases of one matter are read side by side, and share what they begin from: a fifth more than for code.
    files: ['**/*.test.ts', '**/*.fixture.ts', 'e2e/**/*.{ts,mjs}', 'packages/testing/**/*.ts'],
    rules: {
      'max-lines': ['error', 360],
      'no-restricted-properties': 'off',
    },
  },
  {
    // The entry of a package: a list of names, which grows with the API.
    files: ['packages/contracts/src/http.ts'],
    rules: { 'max-lines': ['error', 400] },
  },
  {
    // The platform's main job from outside, told in one piece.
    files: ['e2e/src/main-job.test.ts'],
    rules: { 'max-lines': ['error', 510] },
  },
  {
    // Jest types its asymmetric matchers (expect.any, expect.stringContaining) as any.
    files: ['**/*.test.ts', '**/*.fixture.ts', 'e2e/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-argument': 'off' },
  },
  {
    // Command-line programs talk to a terminal.
    files: ['bench/**/*.mjs', 'examples/**/*.mjs', 'deploy/local/*.mjs'],
    rules: { 'no-console': 'off' },
  },
  {
    // A library in somebody's program, also in browsers, has no other place for what MEINGPT_LOG asks for.
    files: ['packages/sdk-js/src/config.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // They are clients from outside: what they read is JSON of the API, of data sets and of other engines.
    files: ['bench/**/*.mjs', 'examples/**/*.mjs'],
    rules: {
      'no-restricted-properties': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
