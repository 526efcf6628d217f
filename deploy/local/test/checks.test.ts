import { runChecks, staticChecks } from '../src/testing/checks.mjs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

/** What runs print, each line that tells how a check ended as `name: passed`. */
async function printedBy(checks: Record<string, string[]>): Promise<string> {
  let printed = '';
  const write = (text: string): void => void (printed += text);
  const add = (name: string, { passed, failed }: { passed: number; failed: number }): void =>
    write(`${name}: ${passed} passed, ${failed} failed\n`);
  await runChecks({ repoRoot: root, env: process.env, write, add }, checks);
  return printed;
}

const shell = (script: string): string[] => ['sh', '-c', script];

it('what each check prints is in one piece, right before how it ended', async () => {
  const lines = 'for line in 1 2 3; do echo "$0 $line"; sleep 0.1; echo "$0 $line, a mistake" >&2; done';
  const checks = { one: [...shell(lines), 'one'], two: [...shell(`${lines}; exit 1`), 'two'] };
  const printed = await printedBy(checks);
  const pieceOf = (name: string, end: string): string =>
    [...[1, 2, 3].flatMap((line) => [`${name} ${line}`, `${name} ${line}, a mistake`]), `${name}: ${end}`, ''].join(
      '\n',
    );
  expect(printed).toContain(pieceOf('one', '1 passed, 0 failed'));
  expect(printed).toContain(pieceOf('two', '0 passed, 1 failed'));
});

it('all of them run, also when some before them fail or are no programs', async () => {
  const checks = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`check ${index}`, index % 2 ? ['no-such-program'] : ['true']]),
  );
  const printed = await printedBy(checks);
  expect(printed.match(/: 1 passed, 0 failed/g)).toHaveLength(20);
  expect(printed.match(/: 0 passed, 1 failed/g)).toHaveLength(20);
});

it('each static check of the repository is a command of the pinned pnpm', () => {
  expect(Object.keys(staticChecks(root))).toEqual([
    ...['lint', 'typecheck', 'format', 'boundaries', 'knip', 'openapi', 'lint:root'],
  ]);
  for (const command of Object.values(staticChecks(root))) expect(command.slice(0, 2)).toEqual(['npx', '--yes']);
});
