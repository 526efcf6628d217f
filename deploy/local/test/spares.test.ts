import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { homePaths } from '../src/paths.mjs';
import { anyFreePort } from '../src/ports.mjs';
import { builtEntryOf } from '../src/platform/service-descriptions.mjs';
import { serviceUnits } from '../src/platform/service-units.mjs';
import { keepSpares } from '../src/platform/spares.mjs';
import { waitUntil } from '../src/wait-until.mjs';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
/** What was loaded or started, a line each: what, its version, and the process. */
const record = join(folder, 'record');
const allSpares: ReturnType<typeof keepSpares>[] = [];
const running: { kill: () => Promise<void> }[] = [];
// After each test: the spare that its last restart leaves behind would load, and record, what the next test writes.
afterEach(async () => {
  await Promise.all([
    ...allSpares.splice(0).map((spares) => spares.stop()),
    ...running.splice(0).map((one) => one.kill()),
  ]);
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** A module that says which one it is when it is loaded. */
const saying = (what: string): string =>
  `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(record)}, '${what} ' + process.pid + '\\n');\n`;
const recorded = (what: string): number[] =>
  readFileSync(record, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${what} `))
    .map((line) => Number(line.split(' ').at(-1)));

/** The service `name`: its program uses a package of the repository, and that one a package of others. */
function writeProgram(name: string, version: string, first = ''): void {
  for (const entry of ['main.js', 'program/main.js'])
    write(
      `apps/${name}/dist/${entry}`,
      `${first}import { third } from 'third';
import { word } from '@test/words';
${saying(`${name}:${version}`)}import { createServer } from 'node:http';
console.log('says', third, word, JSON.stringify(process.argv.slice(1)));
createServer((_, response) => response.end()).listen(Number(process.env.MILLRACE_HEALTH_PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`,
    );
}
const writeWords = (word: string): void =>
  write(`packages/words/dist/index.js`, `import 'third';\n${saying(`words:${word}`)}export const word = '${word}';\n`);

beforeAll(() => {
  appendFileSync(record, '');
  write('package.json', '{ "type": "module" }');
  write('node_modules/third/package.json', '{ "name": "third", "type": "module", "exports": "./index.js" }');
  write('node_modules/third/index.js', `${saying('third')}export const third = 3;\n`);
  write('packages/words/package.json', '{ "name": "@test/words", "type": "module", "exports": "./dist/index.js" }');
  mkdirSync(join(folder, 'node_modules', '@test'));
  symlinkSync(join(folder, 'packages', 'words'), join(folder, 'node_modules', '@test', 'words'));
});

/** The processes that wait to be this service, or have begun so. */
function sparesOf(name: string): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.includes('spare-process.mjs') && line.includes(builtEntryOf(folder, name)))
    .map((line) => Number(line.trim().split(' ')[0]));
}

/** Whether it runs, waits or was stopped: a letter, as in `ps`. */
const stateOf = (pid: number): string | undefined => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

/** A service that runs, with what makes its spares; `restart` is one as the supervisor does it. */
async function started(name: string, first = '') {
  writeProgram(name, 'first', first);
  writeWords('before');
  const spares = keepSpares();
  allSpares.push(spares);
  const port = await anyFreePort();
  const paths = homePaths(join(folder, name), {});
  mkdirSync(paths.logs, { recursive: true });
  const options = {
    repoRoot: folder,
    paths,
    env: process.env,
    services: [{ name, heapMb: 64, settings: [{ name: 'MILLRACE_HEALTH_PORT' }], environmentPrefixes: [] }] as never,
    facts: { natsUrlOf: () => '', health: { [name]: port }, dataDirs: [], mailPorts: {} } as never,
  };
  const [unit] = serviceUnits({ ...options, spares });
  const [plain] = serviceUnits(options);
  if (unit === undefined || plain === undefined) throw new Error('There is no unit');
  const start = async (of = unit) => {
    const one = await of.start(new AbortController().signal);
    running.push(one);
    return one;
  };
  let service = await start();
  return {
    spares,
    log: () => readFileSync(join(paths.logs, `${name}.log`), 'utf8'),
    restart: async () => {
      await service.stop();
      service = await start();
      return service.pid;
    },
    /** As it is without watching. */
    restartPlain: async () => {
      await service.stop();
      service = await start(plain);
      return service.pid;
    },
    /** The one that has loaded all it may. */
    spare: async () => {
      const waiting = () => sparesOf(name).filter((pid) => pid !== service.pid && recorded('third').includes(pid));
      expect(await waitUntil(() => waiting().length > 0, { timeoutMs: 60_000, everyMs: 100 })).toBe(true);
      return waiting()[0] as number;
    },
  };
}

it('a service is restarted in its spare, which has loaded all but its own package, and in the code as it is then', async () => {
  const { spares, restart, spare, log } = await started('used');
  expect(sparesOf('used')).toEqual([]);
  spares.begin();
  const first = await spare();
  expect(await waitUntil(() => recorded('words:before').includes(first), { timeoutMs: 60_000 })).toBe(true);
  expect(recorded('used:first')).not.toContain(first);
  writeProgram('used', 'second');
  const logged = log().length;
  expect(await restart()).toBe(first);
  expect(recorded('used:second')).toEqual([first]);
  for (const what of ['third', 'words:before']) expect(recorded(what).filter((pid) => pid === first)).toEqual([first]);
  // The program finds its own path and words where it does otherwise, and nothing else is in the log.
  expect(log().slice(logged)).toBe(`says 3 before ["${builtEntryOf(folder, 'used')}"]\n`);
  // There is another one for the next restart.
  const second = await spare();
  expect(second).not.toBe(first);
  expect(await restart()).toBe(second);
}, 120_000);

it('a spare that has loaded what has changed since is not used, and the next one leaves that package out', async () => {
  const { spares, restart, spare, log } = await started('outdated');
  spares.begin();
  const first = await spare();
  expect(await waitUntil(() => recorded('words:before').includes(first), { timeoutMs: 60_000 })).toBe(true);
  writeWords('after');
  const pid = await restart();
  expect(pid).not.toBe(first);
  expect(log()).toContain('says 3 after');
  const second = await spare();
  writeWords('later');
  expect(await restart()).toBe(second);
  expect(recorded('words:later')).toEqual([second]);
  expect(recorded('words:after')).toEqual([pid]);
  expect(log()).toContain('says 3 later');
}, 120_000);

it('packages that were installed anew are loaded anew', async () => {
  const { spares, restart, spare } = await started('installed');
  spares.begin();
  const first = await spare();
  write('node_modules/.modules.yaml', 'installed: again');
  expect(await restart()).not.toBe(first);
}, 120_000);

it('a service whose spare has died starts as without one, and then has another one', async () => {
  const { spares, restart, spare } = await started('died');
  spares.begin();
  const first = await spare();
  process.kill(first, 'SIGKILL');
  expect(await waitUntil(() => sparesOf('died').length === 0, { timeoutMs: 60_000 })).toBe(true);
  const pid = await restart();
  expect(pid).not.toBe(first);
  expect(recorded('died:first')).toContain(pid);
  expect(await spare()).not.toBe(first);
}, 120_000);

it('a spare is made, and goes on loading, only while no service starts', async () => {
  const isThere = join(folder, 'slow-may-load');
  write('slow-may-load', '');
  write('node_modules/slow/package.json', '{ "name": "slow", "type": "module", "exports": "./index.js" }');
  write(
    'node_modules/slow/index.js',
    `import { existsSync } from 'node:fs';
while (!existsSync(${JSON.stringify(isThere)})) await new Promise((resolve) => setTimeout(resolve, 10));
`,
  );
  const { spares, spare } = await started('paused', "import 'slow';\n");
  rmSync(isThere);
  const start = (): { starting: Promise<unknown>; end: () => void } => {
    let end = (): void => undefined;
    const ended = new Promise<never>((_, reject) => (end = () => reject(new Error('It does not start'))));
    return { starting: spares.starting({ name: 'other' } as never, () => ended).catch(() => undefined), end };
  };
  const one = start();
  spares.begin();
  // What makes them has had its turn.
  await new Promise(setImmediate);
  expect(sparesOf('paused')).toEqual([]);
  one.end();
  await one.starting;
  expect(await waitUntil(() => sparesOf('paused').length > 0, { timeoutMs: 60_000 })).toBe(true);
  const isStopped = () => stateOf(sparesOf('paused')[0] as number) === 'T';
  const another = start();
  expect(await waitUntil(isStopped, { timeoutMs: 60_000 })).toBe(true);
  another.end();
  await another.starting;
  expect(await waitUntil(() => !isStopped(), { timeoutMs: 60_000 })).toBe(true);
  write('slow-may-load', '');
  expect(await spare()).toBeGreaterThan(0);
}, 120_000);

it('nothing is left of spares that were stopped, and none is made after that or without watching', async () => {
  const { spares, restart, restartPlain, spare } = await started('stopped');
  spares.begin();
  const first = await spare();
  await spares.stop();
  expect(sparesOf('stopped')).toEqual([]);
  expect(await restart()).not.toBe(first);
  await restartPlain();
  expect(sparesOf('stopped')).toEqual([]);
  expect(readdirSync(join(folder, 'stopped', 'logs'))).toEqual(['stopped.log']);
}, 120_000);
