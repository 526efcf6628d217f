import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureJavaScriptRuntime } from '@millrace/local/javascript-runtimes';
import { apiBase } from './support/api.js';
import { platformEnvironment, readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * The JavaScript SDK in the oldest Node that it is for, in Deno and in Bun: the snippet of the reference, and each program of its README.
 */

jest.setTimeout(300_000);

const snippet = readFileSync(join(REPOSITORY, 'e2e/fixtures/reference-javascript.txt'), 'utf8');
const readme = readFileSync(join(REPOSITORY, 'packages/sdk-js/README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```js\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm)];

/** How each runs a module; what it may do is asked of Deno alone. */
const RUNTIMES = { node18: [], deno: ['run', '--no-prompt', '--allow-env', '--allow-net'], bun: ['run'] } as const;

it.each(Object.entries(RUNTIMES) as [keyof typeof RUNTIMES, readonly string[]][])(
  'what the reference and the README say runs in %s',
  async (name, parameters) => {
    const env = platformEnvironment();
    const program = await ensureJavaScriptRuntime(name, { runtimeDir: env['MILLRACE_RUNTIME_DIR'] ?? '', env });
    if (program === null) {
      if (env['CI']) throw new Error('It is for Linux on x64');
      return void process.stderr.write(`Skipped: ${name} is fetched on Linux on x64 alone\n`);
    }
    expect(blocks.length).toBe(5);
    const said = [snippet, ...blocks.map(([, code = '']) => code)].map((code) => runBy([program, ...parameters], code));
    expect(said[0]).toMatch(/^Status: (?:running|completed)\n$/);
    expect(said.slice(1).map(bare)).toEqual(blocks.map(([, , output = '']) => bare(output)));
  },
);

/** Without that in which each writes objects in its own way. */
const bare = (text: string): string => text.replaceAll('"', "'").replace(/\s+/g, '').replaceAll(',}', '}');

/** What a module prints that imports `@meingpt/workflows` as it is built; what else it says comes with what it prints. */
function runBy([program = '', ...parameters]: readonly string[], code: string): string {
  // Beside the package, which all of them look for in folders above.
  const file = join(REPOSITORY, 'examples', `.sdk-runtimes-${process.pid}.mjs`);
  writeFileSync(file, code);
  try {
    const { stdout, stderr, error } = spawnSync(program, [...parameters, file], {
      cwd: join(REPOSITORY, 'examples'),
      env: { ...platformEnvironment(), MEINGPT_BASE_URL: apiBase(), MEINGPT_API_KEY: readEndpoints().token },
      encoding: 'utf8',
    });
    if (error) throw error;
    return stdout + stderr;
  } finally {
    rmSync(file);
  }
}
