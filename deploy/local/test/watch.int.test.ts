import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, identityOf } from '../src/processes/identity.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { endpointsOf, environment, environmentOf, localDir, repoRoot, start, up } from './platform.fixture.js';

const pidOf = (service: string): number => endpointsOf('watched').services[service]?.pid as number;
/** The processes that wait to be a service of this checkout, by its name. */
function spares(): Map<string, number> {
  const lines = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  const found = lines.flatMap((line) => {
    const name = line.includes('spare-process.mjs') && line.split(`${repoRoot}/apps/`)[1]?.split('/')[0];
    return name ? [[name, Number(line.trim().split(' ')[0])] as const] : [];
  });
  return new Map(found.filter(([, pid]) => !servicePids().includes(pid)));
}
const servicePids = (): unknown[] => Object.values(endpointsOf('watched').services).map(({ pid }) => pid);
const sourceOf = (part: string, file: string): string => join(repoRoot, part, 'src', file);

/** Makes a part of the workspace with one source, of which others have the build. */
function makePart(name: string, dependencies: readonly string[], file: string, text: string): void {
  const folder = join(repoRoot, name);
  mkdirSync(join(folder, 'src'), { recursive: true });
  const names = Object.fromEntries(dependencies.map((dependency) => [`@test/${dependency}`, 'workspace:*']));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `@test/${name}`, dependencies: names }));
  writeFileSync(
    join(folder, 'tsconfig.build.json'),
    JSON.stringify({ compilerOptions: { target: 'ES2023', sourceMap: true } }),
  );
  writeFileSync(sourceOf(name, file), text);
}

/** The checkout with the sources of its services, of which the executor alone uses `packages/words`. */
beforeAll(() => {
  writeFileSync(join(repoRoot, 'pnpm-workspace.yaml'), "packages:\n  - 'apps/*'\n  - 'packages/*'\n");
  for (const name of ['gateway', 'executor']) {
    const program = readFileSync(join(repoRoot, 'apps', name, 'dist', 'program', 'main.js'), 'utf8');
    makePart(`apps/${name}`, name === 'executor' ? ['packages/words'] : [], 'main.ts', program);
  }
  makePart('packages/words', [], 'word.ts', "export const word: string = 'before';\n");
  // The watcher is the real one.
  mkdirSync(join(repoRoot, 'packages', 'development'));
  symlinkSync(
    join(localDir, '..', '..', 'packages', 'development', 'dist'),
    join(repoRoot, 'packages', 'development', 'dist'),
  );
});

test('a source that changes is compiled and restarts the one service that uses it, and what fails is reported until it is corrected', async () => {
  const started = start(environment('watched', { TEST_WATCH: '1' }));
  await up(started, 'watched');
  const says = (text: string) => waitUntil(() => started.output().includes(text), { timeoutMs: 60_000 });
  const isAnew = (service: string, before: number) =>
    waitUntil(() => typeof pidOf(service) === 'number' && pidOf(service) !== before, { timeoutMs: 60_000 });
  expect(await says('Watching the sources')).toBe(true);
  const [gateway, executor] = [pidOf('gateway'), pidOf('executor')];
  const gatewayProcess = identityOf(gateway);
  expect(await waitUntil(() => spares().size === 2, { timeoutMs: 60_000, everyMs: 100 })).toBe(true);
  const waiting = spares();

  writeFileSync(sourceOf('packages/words', 'word.ts'), "export const word: string = 'after';\n");
  expect(await isAnew('executor', executor)).toBe(true);
  const built = readFileSync(join(repoRoot, 'packages', 'words', 'dist', 'word.js'), 'utf8');
  expect(built).toContain("export const word = 'after';");
  expect([pidOf('gateway'), isRunning(gatewayProcess)]).toEqual([gateway, true]);
  expect(pidOf('executor')).toBe(waiting.get('executor'));

  const second = pidOf('executor');
  const program = sourceOf('apps/gateway', 'main.ts');
  writeFileSync(program, `${readFileSync(program, 'utf8')}\n// Changed.\n`);
  expect(await isAnew('gateway', gateway)).toBe(true);
  expect([pidOf('executor'), isRunning(gatewayProcess)]).toEqual([second, false]);
  expect(pidOf('gateway')).toBe(waiting.get('gateway'));
  expect(environmentOf(pidOf('gateway')).MILLRACE_REDIS_URL).toMatch(/^redis:/);

  // As editors save, and git: another file is renamed to it.
  const word = sourceOf('packages/words', 'word.ts');
  for (const text of ['first', 'second', 'third']) {
    const former = pidOf('executor');
    writeFileSync(`${word}.saved`, `export const word: string = '${text}';\n`);
    renameSync(`${word}.saved`, word);
    expect(await isAnew('executor', former)).toBe(true);
    expect(readFileSync(join(repoRoot, 'packages', 'words', 'dist', 'word.js'), 'utf8')).toContain(text);
  }

  const good = readFileSync(program, 'utf8');
  writeFileSync(program, "throw new Error('A mistake at its start');\n");
  expect(await says('gateway did not start: The service gateway ended at once (exit code 1); starting it again')).toBe(
    true,
  );
  expect(await says('Error: A mistake at its start')).toBe(true);
  expect(await says('apps/gateway/src/main.ts:1')).toBe(true);
  writeFileSync(program, good);
  expect(
    await waitUntil(() => /did not start[^]*gateway is up again/.test(started.output()), { timeoutMs: 60_000 }),
  ).toBe(true);
  expect(started.output()).not.toContain('ended by itself');

  // Saved together, one of them with a mistake: nothing starts before it is corrected, and then all that changed.
  writeFileSync(sourceOf('packages/words', 'word.ts'), 'export const word = {;\n');
  writeFileSync(program, `${good}\n// Changed again.\n`);
  expect(await says('Not compiled; the services go on as they are')).toBe(true);
  writeFileSync(sourceOf('packages/words', 'word.ts'), "export const word = 'corrected';\n");
  expect(
    await waitUntil(() => /Not compiled[^]*executor is up again/.test(started.output()), { timeoutMs: 60_000 }),
  ).toBe(true);
  expect(
    await waitUntil(() => /Not compiled[^]*gateway is up again/.test(started.output()), { timeoutMs: 60_000 }),
  ).toBe(true);

  expect(await waitUntil(() => spares().size === 2, { timeoutMs: 60_000, everyMs: 100 })).toBe(true);
  const left = [...spares().values()].map((pid) => identityOf(pid));

  started.process.kill('SIGTERM');
  expect(await started.ended).toBe(0);
  expect(left.filter(isRunning)).toEqual([]);
  expect(started.output().match(/restarting .*/g)).toEqual([
    ...['restarting executor', 'restarting gateway'],
    ...['restarting executor', 'restarting executor', 'restarting executor'],
    ...['restarting gateway', 'restarting gateway'],
    'restarting executor, gateway',
  ]);
});
