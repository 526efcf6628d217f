import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Rules that nothing in the tree breaks: one that no longer finds anything would look the same. */

const REPOSITORY = join(__dirname, '../../..');
jest.setTimeout(180_000);

/** What a program of the tree says, whether it ends well or not. */
async function output(name: string, cwd: string, args: readonly string[], stdin?: string): Promise<string> {
  const running = promisify(execFile)(join(REPOSITORY, 'node_modules/.bin', name), args, { cwd });
  running.child.stdin?.end(stdin);
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return stdout;
}

interface Config {
  readonly rules: Readonly<Record<string, unknown>>;
}

interface Linted {
  readonly messages: readonly { readonly message: string }[];
}

/** What `no-restricted-syntax` says of a text, as it is set for a file of the tree. That rule alone, which needs no types. */
async function refusedIn(path: string, text: string): Promise<string[]> {
  const { rules } = JSON.parse(await output('eslint', REPOSITORY, ['--print-config', path])) as Config;
  const rule = JSON.stringify({ 'no-restricted-syntax': rules['no-restricted-syntax'] });
  const args = ['--no-config-lookup', '--rule', rule, '--stdin', '--stdin-filename', 'start.mjs', '--format', 'json'];
  const [file] = JSON.parse(await output('eslint', REPOSITORY, args, text)) as Linted[];
  return file!.messages.map(({ message }) => message);
}

const START = 'await bus.publish(RunRequested, { generation: 0 });';
const DOOR = 'packages/service-kit/src/start-execution.ts';

it('whoever starts an execution beside startExecution is refused, for the message and for its generation', async () => {
  const refusals = await refusedIn('apps/scheduler/src/app.module.ts', START);
  expect(refusals).toHaveLength(2);
  expect(refusals).toEqual(refusals.map(() => expect.stringContaining('startExecution') as string));
  expect(await refusedIn(DOOR, START)).toEqual([]);
  // Wakes executions, which begins no first generation.
  expect(await refusedIn('packages/service-kit/src/wake-execution.ts', START)).toHaveLength(1);
});

interface Cruised {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

describe('code for a browser', () => {
  let copy: string;
  beforeAll(() => (copy = mkdtempSync(join(tmpdir(), 'millrace-entries-'))));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('is refused a message, also one that it reaches by another file', async () => {
    const files = {
      'messages.ts': 'export const MESSAGE = 1;',
      'between.ts': "export { MESSAGE } from './messages.js';",
      'http.ts': "export { MESSAGE } from './between.js';",
      'ids.ts': 'export const ID = 1;',
    };
    for (const [name, text] of Object.entries(files)) {
      const file = join(copy, 'packages/contracts/src', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const config = join(REPOSITORY, '.dependency-cruiser.cjs');
    const said = await output('depcruise', copy, ['--config', config, '--output-type', 'json', 'packages']);
    const { violations } = (JSON.parse(said) as Cruised).summary;
    const broken = violations.filter(({ rule }) => rule.name === 'http-entry-sees-no-messages');
    expect(broken.map(({ from }) => from)).toEqual(['packages/contracts/src/http.ts']);
  });
});
