import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VERSION } from '../src/version.js';
import { install } from './installed.js';

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

beforeAll(() => install(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it has the build, the README and the licence, and neither sources nor tests', () => {
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
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
    "const client = t.createMockClient({ 'GET /workflows/{id}': { id: 'wf_1' } }); await client.workflows.get('wf_1'); console.log(client.calls.length)";
  const module = `import * as t from '@meingpt/workflows/testing'; ${use}`;
  expect(run(process.execPath, '--input-type=module', '-e', module)).toBe('1\n');
  const script = `const t = require('@meingpt/workflows/testing'); (async () => { ${use} })()`;
  expect(run(process.execPath, '--input-type=commonjs', '-e', script)).toBe('1\n');
});

test('it says the version that it is', () => {
  expect(VERSION).toBe(packageJson['version']);
});
