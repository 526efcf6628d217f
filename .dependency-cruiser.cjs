// The allowed edges of the repository. A package may import only what comes before it; apps never import apps.
const order = [
  'expression',
  'schema',
  'contracts',
  'testing',
  'messaging',
  'service-kit',
  'sdk-conformance',
  'sdk-js',
  'stand-ins',
  'bundle',
  'development',
  'ops',
];

/** Packages an entry of `order` may import: those in its list, each with the reason in ARCHITECTURE.md. */
const allowed = {
  expression: [],
  schema: ['expression'],
  contracts: ['schema', 'expression'],
  testing: ['contracts', 'schema', 'expression'],
  messaging: ['contracts', 'schema', 'expression'],
  'service-kit': ['contracts', 'schema', 'expression', 'messaging'],
  'sdk-conformance': [],
  'sdk-js': [],
  'stand-ins': [],
  bundle: [],
  development: ['service-kit', 'messaging', 'contracts'],
  ops: ['service-kit', 'messaging', 'contracts', 'expression'],
};

const layerRules = order.map((name) => ({
  name: `layers-${name}`,
  comment: `packages/${name} may import only: ${allowed[name].join(', ') || 'no other package'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/src`, pathNot: '\\.test\\.ts$' },
  to: { path: `^packages/(?!(${[name, ...allowed[name]].join('|')})/)` },
}));

const pure = '^packages/(schema|expression|contracts)/src';

const suffixes = [
  // What Nest knows.
  ...['module', 'controller', 'service', 'guard', 'decorator', 'strategy', 'tokens', 'provider'],
  // A collection, and who reads and writes it.
  ...['schema', 'repository'],
  // What is found by its type.
  ...['step', 'trigger'],
  ...['error', 'errors', 'metrics', 'd'],
  // Tests, and what they share.
  ...['test', 'fixture'],
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle hides who knows what.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...layerRules,
    {
      name: 'packages-know-no-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|e2e|bench)/' },
    },
    {
      name: 'apps-know-no-apps',
      comment: 'Apps talk by message.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'pure-packages',
      comment: 'schema, expression and contracts run in a browser: no Nest, no driver, no node built-in.',
      severity: 'error',
      from: { path: pure, pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/(@nestjs|mongoose|@nats-io|ioredis)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-packages-no-core',
      severity: 'error',
      from: { path: pure, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'http-entry-sees-no-messages',
      comment:
        'Code for a browser imports contracts/http, /errors and /ids: from there no NATS message can be reached.',
      severity: 'error',
      from: { path: '^packages/contracts/src/(http|errors|ids)(/|\\.ts$)', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/contracts/src/(message|messages|snapshots|partitions|index)(/|\\.ts$)', reachable: true },
    },
    {
      name: 'nats-only-in-messaging',
      comment: 'Acks, subjects and reconnects have one home.',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '^packages/(messaging|testing|development/test)/|\\.test\\.ts$' },
      to: { path: 'node_modules/@nats-io/' },
    },
    {
      name: 'mongoose-only-in-repositories',
      comment: 'A collection has one owner; only its repository and schema files touch it.',
      severity: 'error',
      from: { path: '^apps/', pathNot: '\\.(repository|schema)\\.ts$|\\.test\\.ts$' },
      to: { path: 'node_modules/mongoose/' },
    },
    {
      name: 'file-suffixes',
      comment: 'A suffix says the role of a file: those in CONTRIBUTING.md, and no others.',
      severity: 'error',
      from: {},
      to: { path: '^(apps|packages)/.+[.].+[.]ts$', pathNot: `[.](${suffixes.join('|')})[.]ts$` },
    },
    {
      name: 'no-dist-paths',
      severity: 'error',
      from: { path: '^(apps|packages|e2e|bench)/', pathNot: '/dist/' },
      to: {
        path: '^(apps|packages)/[^/]+/src/',
        pathNot: '^(apps|packages)/([^/]+)/',
        dependencyTypes: ['undetermined'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
  },
};
