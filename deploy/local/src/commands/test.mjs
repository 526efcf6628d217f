import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Failure, describeFailure } from '../failure.mjs';
import { homePaths, resolveHome } from '../paths.mjs';
import { terminalProgress } from '../progress.mjs';
import { buildWorkspace, installDependencies, pnpmCommand, toolEnv } from '../setup/workspace.mjs';
import { startSharedTestServers } from '../shared-test-servers.mjs';
import { preparePython, runPython } from '../testing/python-stage.mjs';
import { runCommand } from '../testing/run-command.mjs';
import { longStages, runSuite } from '../testing/suites.mjs';
import { takeTestFolder } from '../testing/test-folder.mjs';

const STAGES = /** @type {const} */ (['static', 'unit', 'python', 'int', 'e2e']);
/** Not part of `npm test`: the whole of campaigns of which `e2e` runs a short set. */
const LONG = 'long';
/** @typedef {typeof STAGES[number] | typeof LONG} Stage */

const CHECK_MINUTES = 10;

/**
 * Each is one check that passes or fails. Those of a group run side by side: those of the last take one core each.
 *
 * @type {Record<string, string[]>[]}
 */
const CHECKS = [
  { typecheck: turboCheck('typecheck') },
  { lint: turboCheck('lint') },
  {
    'lint:root': ['run', '--silent', 'lint:root'],
    format: ['run', '--silent', 'format:check'],
    boundaries: ['run', '--silent', 'boundaries'],
    knip: ['run', '--silent', 'knip'],
    openapi: ['run', '--silent', 'openapi:lint'],
  },
];

/** @param {string} task */
function turboCheck(task) {
  const concurrency = `--concurrency=${availableParallelism()}`; // turbo's own choice is ten compilers on any machine
  return ['exec', 'turbo', 'run', task, '--continue=always', '--output-logs=errors-only', concurrency];
}

/** @typedef {import('../testing/counts.mjs').Counts} Counts */
/** @typedef {{ repoRoot: string, env: NodeJS.ProcessEnv, add: (name: string, counts: Counts, since: number) => void }} Run */

/**
 * `npm test`: sets up like `npm start`, runs everything, and ends with one line `N passed, N failed`.
 *
 * @param {import('./start.mjs').CommandContext & { argv: string[] }} context
 * @returns {Promise<number>} exit code
 */
export async function testCommand({ repoRoot, env, argv }) {
  const began = Date.now();
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const unsteady = [];
  /** @type {string[]} */
  const leftOut = [];
  /** @param {string} name @param {Counts} counts @param {number} since */
  const add = (name, counts, since) => {
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    say(
      `── ${name}: ${counts.failed === 0 ? 'ok' : 'FAILED'} (${counts.passed} ok, ${counts.failed} not ok${skipped}; ${seconds(since)})`,
    );
  };

  try {
    const stages = chosenStages(argv);
    const paths = homePaths(resolveHome(repoRoot, env), env);
    const testDir = join(paths.home, 'test-servers');
    const release = takeTestFolder(testDir, ['npm test', ...argv].join(' '));
    try {
      await runStages({ repoRoot, env, add }, { stages, campaign: argv[1], paths, testDir, unsteady, leftOut });
    } finally {
      release();
    }
  } catch (error) {
    total.failed += 1;
    say(`\n${describeFailure(error)}\n`);
  }
  for (const words of leftOut) say(`── left out: ${words}`);
  for (const file of unsteady) say(`── FLAKY: ${file} failed, and passed when it ran again by itself. It needs a fix.`);
  say(`── all of it took ${seconds(began)}${total.skipped > 0 ? `; ${total.skipped} skipped` : ''}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/**
 * Sets up, runs the stages one after another, and takes down again.
 *
 * @param {Run} run
 * @param {{ stages: Stage[], campaign: string | undefined, paths: import('../paths.mjs').HomePaths, testDir: string, unsteady: string[], leftOut: string[] }} options
 *   what is unsteady or left out is added
 */
async function runStages(run, { stages, campaign, paths, testDir, unsteady, leftOut }) {
  const { repoRoot, env, add } = run;
  const { servers, python } = await setUp({ repoRoot, env, stages, paths, testDir });
  leftOut.push(...(python?.leftOut ?? []));
  const suites = { testDir, runtimeDir: paths.runtime, endpointsFile: servers?.endpointsFile, campaign };
  try {
    for (const stage of stages) {
      if (stage === 'static') await runChecks(run);
      else if (stage === 'python') await runPython({ ...run, say }, { python, testDir, cacheDir: paths.cache });
      else {
        for (const part of partsOf(stage, campaign)) {
          const since = Date.now();
          const { counts, flaky } = await runSuite({ repoRoot, env, say }, part, suites);
          unsteady.push(...flaky);
          add(part === 'alone' ? 'e2e, alone' : part, counts, since);
        }
      }
    }
  } finally {
    await servers?.stop();
  }
}

/**
 * Installs, builds and starts the servers that the tests share, side by side.
 *
 * @param {{ repoRoot: string, env: NodeJS.ProcessEnv, stages: Stage[], paths: import('../paths.mjs').HomePaths, testDir: string }} options
 */
async function setUp({ repoRoot, env, stages, paths, testDir }) {
  const progress = terminalProgress(process.stdout);
  const workspace = { repoRoot, env, progress };
  rmSync(testDir, { recursive: true, force: true });
  mkdirSync(testDir, { recursive: true, mode: 0o700 });
  const wantsServers = stages.some((stage) => !['static', 'unit', 'python'].includes(stage));
  const runtimeOptions = {
    runtimeDir: paths.runtime,
    ferretdbDir: join(repoRoot, 'deploy', 'local', 'ferretdb'),
    env,
  };
  const servers = wantsServers
    ? startSharedTestServers({ ...runtimeOptions, dir: testDir, cacheDir: paths.cache, progress })
    : undefined;
  const python = stages.includes('python')
    ? preparePython({ repoRoot, runtimeDir: paths.runtime, env, progress })
    : undefined;
  const prepared = installDependencies(workspace).then(() => buildWorkspace(workspace));
  const [started] = await Promise.allSettled([servers, prepared, python]);
  await prepared;
  if (started.status === 'rejected') throw started.reason;
  return { servers: started.value, python: await python };
}

/** @param {Run} run */
async function runChecks({ repoRoot, env, add }) {
  for (const group of CHECKS) {
    const checks = Object.entries(group).map(async ([name, args]) => {
      const since = Date.now();
      const ok = await runCommand([...pnpmCommand(repoRoot), ...args], repoRoot, toolEnv(env), CHECK_MINUTES);
      add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }, since);
    });
    await Promise.all(checks);
  }
}

/**
 * @param {Exclude<Stage, 'static' | 'python'>} stage
 * @param {string | undefined} campaign
 * @returns {import('../testing/suites.mjs').JestStage[]}
 */
function partsOf(stage, campaign) {
  if (stage === LONG) return longStages(campaign);
  return stage === 'e2e' ? ['e2e', 'alone'] : [stage];
}

/**
 * @param {string[]} argv `--only NAME` (may be repeated), `--quick` leaves the static checks out, `--long` runs the campaigns
 *   instead of all else
 * @returns {Stage[]}
 */
function chosenStages(argv) {
  if (argv[0] === '--long') return [LONG];
  const only = argv.flatMap((word, index) => (argv[index - 1] === '--only' ? [word] : []));
  const unknown = [
    ...only.filter((name) => !STAGES.includes(/** @type {typeof STAGES[number]} */ (name))),
    ...argv.filter((word, index) => !['--only', '--quick'].includes(word) && argv[index - 1] !== '--only'),
  ];
  if (unknown.length > 0) {
    throw new Failure(
      `Unknown argument: ${unknown.join(' ')}.`,
      `Usage: npm test -- [--quick] [--only ${STAGES.join('|')}]…, or npm run test:long -- [CAMPAIGN]`,
    );
  }
  return STAGES.filter(
    (stage) => (only.length === 0 || only.includes(stage)) && !(stage === 'static' && argv.includes('--quick')),
  );
}

/** @param {number} since */
function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
