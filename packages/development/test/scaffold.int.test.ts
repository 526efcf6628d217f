import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyOfTree, linkDependencies } from './copy-of-tree.js';
import { CANARY_OF_MADE, LISTED_OF_MADE, MADE_TRIGGER_SAVED, REPLAY_OF_MADE } from './tests-of-made-parts.js';

/** Everything that can be begun, made in a copy of the tree and held against the rules and tests of the real one. */

jest.setTimeout(600_000);

const MADE = [
  'packages/schema/src/{steps/{pick-one,send-sms},triggers/message}.ts',
  'apps/executor/src/steps/{pick-one,send-sms}.step{,.test}.ts',
  'apps/definitions/src/triggers/message.trigger{,.test}.ts',
  'docs/steps/{pick_one,send_sms}.md',
  'apps/mail-reader/**/*.{ts,cjs,json,md}',
];
const EDITED = [
  'packages/schema/src/{step,trigger}-schemas.ts',
  'packages/messaging/src/service-access.ts',
  'apps/executor/src/{app.module,steps/registry}.ts',
  'apps/definitions/src/triggers/registry.ts',
  'docs/workflows.md',
];
/** The rest are declarations, which the compiler checks. */
const LINTED = [
  'apps/executor/src/steps/{pick-one,send-sms}.step{,.test}.ts',
  'apps/definitions/src/triggers/message.trigger{,.test}.ts',
  'apps/mail-reader',
];

let copy: string;

beforeAll(async () => {
  copy = copyOfTree(join(__dirname, '../../..'));
  const make = (...args: string[]) => run('node', 'packages/development/dist/new.js', ...args);
  await make('step', 'pick_one', 'Picks one value');
  await make('step', 'send_sms', 'Sends a text message', '--client');
  await make('trigger', 'message', 'A message starts an execution');
  await make('service', 'mail-reader', 'Reads mails');
  listMade();
  linkDependencies(copy, 'mail-reader', 'webhook-dispatcher');
  // What depends on it reads types and code of its build.
  await tool('tsc', '-p', 'packages/schema/tsconfig.build.json');
});

afterAll(() => {
  if (copy) rmSync(copy, { recursive: true, force: true });
});

/** Runs a program in the copy. Rejects with its whole output when it fails. */
async function run(program: string, ...args: string[]): Promise<string> {
  try {
    const { NODE_OPTIONS: _options, JEST_WORKER_ID: _worker, ...env } = process.env;
    const { stdout } = await promisify(execFile)(program, args, { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}

const tool = (name: string, ...args: string[]) => run(join(copy, 'node_modules', '.bin', name), ...args);

/** Does by hand what CONTRIBUTING.md leaves to whoever makes a step type. */
function listMade(): void {
  for (const [file, before, lines] of LISTED_OF_MADE) {
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(before).length !== 2) throw new Error(`${file} has not one line ${before}`);
    writeFileSync(
      join(copy, file),
      text.replace(before, () => `${lines}${before}`),
    );
  }
}

/** Checks the types of files and folders of the copy. Rejects with all errors. */
async function compile(...include: string[]): Promise<string> {
  const compilerOptions = { noEmit: true, types: ['node', 'jest'], rootDir: '.' };
  const config = JSON.stringify({ extends: './tsconfig.base.json', compilerOptions, include });
  writeFileSync(join(copy, 'tsconfig.new.json'), config);
  return tool('tsc', '-p', 'tsconfig.new.json');
}

/** The files that do not compile. */
const filesIn = (errors: string) => [
  ...new Set([...errors.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file]) => file)),
];

it('is formatted, and passes lint', async () => {
  await tool('prettier', '--check', ...MADE, ...EDITED);
  await tool('eslint', '--max-warnings=0', ...LINTED);
});

it('keeps the boundaries, and leaves no file, export or dependency unused', async () => {
  await tool('depcruise', '--config', '.dependency-cruiser.cjs', 'apps/mail-reader', 'apps/executor/src/steps');
  await tool('knip', '--workspace', 'apps/mail-reader');
});

it('compiles, and the service can be described by its build', async () => {
  const lists = LISTED_OF_MADE.map(([file]) => file);
  await compile('apps/mail-reader/test', 'apps/executor/src', 'apps/definitions/src/triggers', ...lists);
  await tool('tsc', '-p', 'apps/mail-reader/tsconfig.build.json');
  const described = await run('node', 'deploy/local/src/platform/describe-services.mjs', copy, 'mail-reader');
  expect(JSON.parse(described)).toMatchObject({ services: [{ name: 'mail-reader', summary: 'Reads mails' }] });
  const readme = join(copy, 'apps/mail-reader/README.md');
  const written = readFileSync(readme, 'utf8');
  await run('node', 'packages/development/dist/settings.js');
  expect(readFileSync(readme, 'utf8')).toBe(written);
});

it('is in the API document and among the manifests of Kubernetes as soon as these are written', async () => {
  await run('node', 'apps/gateway/scripts/write-openapi.mjs');
  await run('node', 'apps/gateway/scripts/lint-openapi.mjs');
  const document = readFileSync(join(copy, 'packages/sdk-conformance/openapi.json'), 'utf8');
  for (const told of ['Picks one value', 'Sends a text message', 'A message starts an execution'])
    expect(document).toContain(told);
  await run('node', 'packages/development/dist/kubernetes.js');
  expect(readFileSync(join(copy, 'k8s/base/kustomization.yaml'), 'utf8')).toContain('- mail-reader.yaml\n');
  expect(readFileSync(join(copy, 'k8s/base/mail-reader.yaml'), 'utf8')).toContain('kind: Deployment\n');
});

it('passes its tests and those of the lists and pages it was added to', async () => {
  writeFileSync(join(copy, 'apps/history/src/restarts/made-steps.test.ts'), REPLAY_OF_MADE);
  writeFileSync(join(copy, 'packages/schema/src/made-canary.test.ts'), CANARY_OF_MADE);
  writeFileSync(join(copy, 'apps/definitions/test/made-trigger.int.test.ts'), MADE_TRIGGER_SAVED);
  const tests = [
    'apps/mail-reader',
    'apps/executor/src/steps/(pick-one|send-sms|registry)',
    'apps/executor/test/(documentation|without-effects).int',
    'apps/definitions/(src/triggers/message|test/made-trigger)',
    'apps/history/src/restarts/(made-steps|replay-planner)',
    'packages/schema/(src/(step-schemas|made-canary)|test/(step-)?docs)',
    'packages/messaging/src/permissions',
  ];
  const report = join(copy, 'report.json');
  const flags = ['--ci', '--silent', '--forceExit', '--maxWorkers=1', '--json', `--outputFile=${report}`];
  const projects = [
    'apps/mail-reader',
    'apps/executor',
    'apps/definitions',
    'apps/history',
    'packages/schema',
    'packages/messaging',
    'packages/development',
  ];
  await tool('jest', ...flags, '--projects', ...projects, '--testPathPatterns', tests.join('|'));
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: { name: string }[] };
  const files = testResults.map(({ name }) => name);
  const made = [
    'pick-one.step.test.ts',
    'send-sms.step.test.ts',
    'message.trigger.test.ts',
    'mail-reader.int.test.ts',
    'made-steps.test.ts',
    'made-canary.test.ts',
    'made-trigger.int.test.ts',
  ];
  expect(made.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([]);
});

// The last one: nothing of the copy compiles after it.
it('does not compile once its trigger is served, as that has neither a listing nor a state', async () => {
  const definition = join(copy, 'packages/schema/src/triggers/message.ts');
  writeFileSync(definition, readFileSync(definition, 'utf8').replace('served: false', 'served: true'));
  await tool('tsc', '-p', 'packages/schema/tsconfig.build.json');
  const lists = ['apps/definitions/src/triggers/registry.ts', 'apps/gateway/src/triggers/trigger-states.ts'];
  const said = await compile(...lists).catch((error: Error) => error.message);
  expect(filesIn(said)).toEqual(lists);
  expect(said).toContain("property 'listing'");
});
