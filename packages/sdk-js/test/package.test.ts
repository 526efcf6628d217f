import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VERSION } from '../src/version.js';

/*
 * What is published: the tarball, unpacked into a folder that knows nothing of the repository.
 */

const ROOT = path.join(__dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'sdk-js-'));
const installed = path.join(folder, 'node_modules/@meingpt/workflows');

const packageJson = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What the compiler says, one line for each problem; `files` by name. */
function compile(files: Readonly<Record<string, string>>): string[] {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = ['--noEmit', '--strict', '--lib', 'es2022,dom', '--target', 'es2022', '--module', 'nodenext'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...Object.keys(files)], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '');
}

beforeAll(() => {
  expect([existsSync(path.join(ROOT, 'dist/esm/index.js')), 'built: pnpm build']).toEqual([true, 'built: pnpm build']);
  const copy = path.join(folder, 'package');
  for (const part of ['package.json', 'README.md', 'dist', 'test']) {
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  }
  const tarball = run('npm', 'pack', './package', '--offline', '--silent').trim();
  mkdirSync(installed, { recursive: true });
  run('tar', '-xzf', tarball, '-C', installed, '--strip-components=1');
  rmSync(copy, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it has the build and the README, and neither sources nor tests', () => {
  expect(readdirSync(installed).sort()).toEqual(['README.md', 'dist', 'package.json']);
  expect(readdirSync(path.join(installed, 'dist')).sort()).toEqual(['cjs', 'esm']);
  const files = readdirSync(path.join(installed, 'dist'), { recursive: true }) as string[];
  expect(files.filter((file) => !/\.(?:d\.ts|js)$|package\.json$/.test(file) && file.includes('.'))).toEqual([]);
});

test('it depends on nothing', () => {
  expect(packageJson['dependencies']).toBeUndefined();
  expect(packageJson['peerDependencies']).toBeUndefined();
  const files = (readdirSync(path.join(installed, 'dist/esm'), { recursive: true }) as string[]).filter((file) =>
    file.endsWith('.js'),
  );
  const imports = files.flatMap((file) =>
    [...readFileSync(path.join(installed, 'dist/esm', file), 'utf8').matchAll(/ from '([^']+)'/g)].map(
      ([, name]) => name,
    ),
  );
  expect(imports.length).toBeGreaterThan(10);
  expect(imports.filter((name) => !name?.startsWith('.'))).toEqual([]);
});

const SIGN = "await new C({ webhookSecret: 's3cret' }).webhooks.sign('body')";

test('an ES module imports it, by name and by default', () => {
  const text = `import D, { WorkflowClient as C } from '@meingpt/workflows'; console.log(D === C, ${SIGN})`;
  expect(run(process.execPath, '--input-type=module', '-e', text)).toMatch(/^true [0-9a-f]{64}\n$/);
});

test('a CommonJS module requires it', () => {
  const text = `const { WorkflowClient: C, default: D } = require('@meingpt/workflows'); (async () => console.log(D === C, ${SIGN}))()`;
  expect(run(process.execPath, '--input-type=commonjs', '-e', text)).toMatch(/^true [0-9a-f]{64}\n$/);
});

test('it does with what browsers have: calls, retries, streams and signatures', () => {
  const program = path.join(__dirname, 'browser.mjs');
  const options = ['--experimental-vm-modules', '--no-warnings'];
  expect(JSON.parse(run(process.execPath, ...options, program, path.join(installed, 'dist')))).toEqual({
    globals: ['undefined', 'undefined', 'undefined'],
    created: expect.objectContaining({ id: 'wf_1' }),
    types: ['started', 'completed'],
    verified: true,
    forged: false,
    asked: ['POST /v1/workflows', 'POST /v1/workflows', 'GET /v1/executions/exec_1/events'],
  });
});

test('its testing part is imported and required by its own name', () => {
  const use =
    "const client = t.createMockClient({ 'GET /me': {} }); await client.me(); console.log(client.calls.length)";
  const module = `import * as t from '@meingpt/workflows/testing'; ${use}`;
  expect(run(process.execPath, '--input-type=module', '-e', module)).toBe('1\n');
  const script = `const t = require('@meingpt/workflows/testing'); (async () => { ${use} })()`;
  expect(run(process.execPath, '--input-type=commonjs', '-e', script)).toBe('1\n');
});

const TYPED = `import { WorkflowClient, defineWorkflow, type Execution } from '@meingpt/workflows';
export async function main(): Promise<Execution> {
  const client = new WorkflowClient({ apiKey: 'k' });
  const workflow = await client.workflows.create({
    name: 'My Workflow',
    trigger: { type: 'webhook' },
    steps: [{ id: 'step1', type: 'ai_completion', config: { model: 'gpt-4', prompt: 'Process: {{input.data}}' } }],
  });
  const execution = await client.workflows.execute(workflow.id, { input: { data: 'Hello World' } });
  for await (const { id } of client.workflows.list({ per_page: 2 })) id.toUpperCase();
  const { requestId } = await client.workflows.get(workflow.id).withResponse();
  requestId?.toUpperCase();
  return client.executions.get(execution.id);
}
`;

const define = (steps: string): string =>
  `import { defineWorkflow, type StepIds } from '@meingpt/workflows';
  export const workflow = defineWorkflow({ name: 'W', steps: [${steps}] });
  export const id: StepIds<typeof workflow> = 'a';\n`;
const A = "{ id: 'a', type: 'transform', config: { output: 1 } }";
const LOOP = "{ id: 'each', type: 'loop', config: { items: '{{input}}', steps: [{ id: 'inner', type: 'wait' }] } }";
const b = (members: string): string => `{ id: 'b', type: 'transform', ${members} }`;

test('its types are found by ES modules and CommonJS, and defineWorkflow knows the ids of the steps', () => {
  const problems = compile({
    'typed.mts': TYPED,
    'typed.cts': TYPED,
    'good.mts': define(`${A}, ${b("next: 'a', config: { output: '{{ a.output }} {{input.x}}' }")}`),
    'nested.mts': define(`${A}, ${LOOP}, ${b("config: { output: '{{inner.output}}' }")}`),
    'involved.mts': define(`${A}, ${b(`config: { output: '{{1 + c.output + "x".output}}' }`)}`),
    'target.mts': define(`${A}, ${b("next: 'c', config: {}")}`),
    'reference.mts': define(`${A}, ${b("config: { output: 'x {{ c.output.y }}' }")}`),
    'ids.mts': define("{ id: 'other', type: 'wait' }"),
  });
  const found = (file: string): string => problems.filter((line) => line.startsWith(file)).join('\n');
  expect(found('target.mts')).toContain('UnknownStep<"c">');
  expect(found('reference.mts')).toContain('UnknownStep<"c">');
  expect(found('ids.mts')).toContain('not assignable');
  expect(problems.filter((line) => !/^(?:target|reference|ids)\.mts|^ /.test(line))).toEqual([]);
}, 180_000);

test('it says the version that it is', () => {
  expect(VERSION).toBe(packageJson['version']);
});
