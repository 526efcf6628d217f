import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOTS } from '@millrace/expression';
import { RESERVED_NAMES } from '../src/reserved-names.js';
import { install } from './installed.js';

/*
 * The declarations that are published, as compilers of users read them.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'sdk-js-types-'));
const nodeTypes = path.dirname(require.resolve('@types/node/package.json'));

beforeAll(() => {
  install(folder);
  symlinkSync(path.dirname(nodeTypes), path.join(folder, 'node_modules/@types'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, string>>;

const MODERN = ['--lib', 'es2022,dom', '--target', 'es2022', '--module', 'nodenext', '--typeRoots', 'none'];

/** What a compiler says, one line for each problem; `files` by name. Declarations are checked too. */
function compile(files: Files, options: readonly string[] = MODERN, compiler = 'typescript'): string[] {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const tsc = path.join(path.dirname(require.resolve(`${compiler}/package.json`)), 'bin/tsc');
  const always = ['--noEmit', '--strict', '--skipLibCheck', 'false'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...always, ...options, ...Object.keys(files)], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '');
}

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

const TESTED = `import { createMockClient, signWebhook, type MockClient } from '@meingpt/workflows/testing';
export const client: MockClient = createMockClient({ 'GET /me': {} });
export const signature: Promise<string> = signWebhook('{}', 's3cret');
`;

test('they are found by ES modules, CommonJS and the resolution of old compilers', () => {
  expect(compile({ 'typed.mts': TYPED, 'typed.cts': TYPED, 'tested.mts': TESTED, 'tested.cts': TESTED })).toEqual([]);
  const node10 = ['--lib', 'es2022,dom', '--target', 'es2022', '--module', 'commonjs', '--moduleResolution', 'node10'];
  const old = compile(
    { 'old.ts': TYPED, 'old-tested.ts': TESTED },
    [...node10, '--typeRoots', 'none'],
    'typescript-oldest',
  );
  expect(old).toEqual([]);
}, 180_000);

test('the oldest compiler that is promised reads them, also without the library of browsers', () => {
  const readme = readFileSync(path.join(__dirname, '../README.md'), 'utf8');
  const { version } = JSON.parse(readFileSync(require.resolve('typescript-oldest/package.json'), 'utf8')) as {
    version: string;
  };
  expect(readme).toContain(`TypeScript ${/^\d+\.\d+/.exec(version)?.[0]} or later`);
  expect(compile({ 'typed.mts': TYPED, 'tested.mts': TESTED }, MODERN, 'typescript-oldest')).toEqual([]);
  const node = ['--lib', 'es2020', '--target', 'es2020', '--module', 'nodenext', '--types', 'node'];
  expect(compile({ 'node.mts': TYPED, 'node-tested.mts': TESTED }, node)).toEqual([]);
}, 180_000);

const define = (steps: string): string =>
  `import { defineWorkflow, type StepIds } from '@meingpt/workflows';
  export const workflow = defineWorkflow({ name: 'W', steps: [${steps}] });
  export const id: StepIds<typeof workflow> = 'a';\n`;
const A = "{ id: 'a', type: 'transform', config: { output: 1 } }";
const LOOP = "{ id: 'each', type: 'loop', config: { items: '{{input}}', steps: [{ id: 'inner', type: 'wait' }] } }";
const b = (members: string, type = 'transform'): string => `${A}, { id: 'b', type: '${type}', ${members} }`;
const output = (text: string): string => b(`config: { output: ${JSON.stringify(text)} }`);
const cases = (then: string, other: string): string =>
  b(`config: { cases: [{ when: 'true', then: ${then} }], default: ${other} }`, 'switch');

/** Documents that are right as far as ids go. */
const RIGHT: Files = {
  target: b("next: 'a', on_error: { goto: 'a' }, config: { output: '{{ a.output }} {{input.x}}' }"),
  nested: `${LOOP}, ${b("config: { output: '{{inner.output}}' }")}`,
  involved: output(
    '{{1 + c.output + "x".output}} {{1*c.output}} {{a<c.output}} {{\n a.output}} {{ [1].map(c => c.output) }}',
  ),
  escaped: output('\\{{c.output}}'),
  long: output('{{a.output}} {{input.x}} '.repeat(60)),
  reserved: output(RESERVED_NAMES.map((name) => `{{${name}.output}}`).join(' ')),
  source: b("config: { source: 'return `{{c.output}}`' }", 'code'),
  words: b("name: '{{c.output}}', description: '{{c.output}}', config: { output: 1 }"),
  values: b("config: { output: { next: 'page', then: 'c', default: 'c', goto: 'c', true_branch: 'c' } }"),
  switch: cases("['a']", 'null'),
  branches: b("config: { condition: 'true', true_branch: ['a'], false_branch: null }", 'condition'),
};

/** Documents that name a step `c`, which is not there. */
const WRONG: Files = {
  next: b("next: 'c', config: { output: 1 }"),
  goto: b("on_error: { goto: 'c' }, config: { output: 1 }"),
  branch: b("config: { condition: 'true', true_branch: 'c' }", 'condition'),
  several: b("config: { condition: 'true', false_branch: ['a', 'c'] }", 'condition'),
  then: cases("'c'", "'a'"),
  default: cases("'a'", "'c'"),
  reference: output('x {{ c.output.y }}'),
  behind_an_escape: output('\\\\{{c.output}}'),
  at_the_end: output(`${'{{input.x}} '.repeat(60)}{{c.output}}`),
  if: b("if: '{{c.output}}', config: { output: 1 }"),
  inside: `${A}, ${LOOP.replace("type: 'wait'", "type: 'wait', config: { duration: '{{c.output}}' }")}`,
  parallel: b(`config: { branches: [{ steps: [{ id: 'd', type: 'wait', next: 'c' }] }] }`, 'parallel'),
};

test('defineWorkflow takes what is right, and finds targets and references that name no step', () => {
  const files = (documents: Files, prefix: string): Files =>
    Object.fromEntries(Object.entries(documents).map(([name, steps]) => [`${prefix}-${name}.mts`, define(steps)]));
  const wrong = files(WRONG, 'wrong');
  const problems = compile({ ...files(RIGHT, 'right'), ...wrong, 'ids.mts': define("{ id: 'other', type: 'wait' }") });
  const found = (file: string): string =>
    problems.slice(problems.findIndex((line) => line.startsWith(file))).join('\n');
  const missed = Object.keys(wrong).filter((file) => !problems.some((line) => line.startsWith(file)));
  expect(missed).toEqual([]);
  expect(found('wrong-next.mts')).toContain('UnknownStep<"c">');
  expect(found('ids.mts')).toContain('not assignable');
  expect(problems.filter((line) => !/^(?:wrong-\w+|ids)\.mts|^ /.test(line))).toEqual([]);
}, 180_000);

test('the names that defineWorkflow takes for no steps are those of the expression language', () => {
  expect([...RESERVED_NAMES].sort()).toEqual([...ROOTS, 'error'].sort());
});
