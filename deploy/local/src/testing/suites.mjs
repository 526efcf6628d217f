import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pnpmCommand, toolEnv } from '../setup/workspace.mjs';
import { addUp, judgeStage, readReport, withSecondRun } from './counts.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {'unit' | 'int' | 'e2e' | 'alone' | 'long' | 'longOfPackages' | 'cluster'} JestStage */

const CAMPAIGNS = 'e2e/src/(neighbours|hostile|faults|alerts)';

/** Campaigns among the tests of packages, by their names: against services and servers that they start themselves, or against code alone. */
const CAMPAIGNS_OF_PACKAGES = {
  'cluster-backup': 'packages/development/test/cluster-backup/',
  documents: 'packages/schema/test/hostile',
  expressions: 'packages/expression/test/hostile',
  mailboxes: 'apps/email-ingest/test/(crash|dead-line)',
  mutations: 'packages/development/test/mutations/mutations',
  'nats-cluster': '(apps/executor/test/nats-cluster|packages/development/test/nats-cluster/)',
  schedules: 'apps/scheduler/(test/crash|src/calendar/cron-times)',
  simulation: 'apps/executor/test/simulation/',
  upgrade: 'packages/development/test/upgrade/',
};

/** The manifests on a control plane of Kubernetes (`npm run test:k8s`): it is built for that, and takes as long as all else. */
const CLUSTER = 'cluster';

/**
 * What `npm run test:long` runs; without a name all of it but the control plane.
 *
 * @param {string | undefined} campaign
 * @returns {JestStage[]}
 */
export function longStages(campaign) {
  if (campaign === undefined) return ['long', 'longOfPackages'];
  if (campaign === CLUSTER) return ['cluster'];
  return Object.hasOwn(CAMPAIGNS_OF_PACKAGES, campaign) ? ['longOfPackages'] : ['long'];
}

/** End-to-end tests that nothing else may run beside: they compare times, or take the machine's disk. */
const ALONE = 'e2e/src/(neighbours|faults)';

/** The others. By what runs, not by what does not: Jest would have `--testPathIgnorePatterns` instead of those of the configuration. */
const SIDE_BY_SIDE = 'e2e/src/(?!neighbours|faults)';

/** Each has a platform of its own, with some fifteen processes. */
const PLATFORMS = Math.min(2, availableParallelism());

/** More files than these are no accident of a busy machine. */
const RUN_AGAIN_AT_MOST = 10;

/**
 * Jest's arguments and environment in each stage; `campaign` is what `npm run test:long` was asked for.
 *
 * @type {Record<JestStage, (campaign: string | undefined) => { args: string[], files?: string, workers?: number, env?: NodeJS.ProcessEnv, limitMinutes: number }>}
 *   `files`: the pattern of the files that it runs, if not all; `workers`: files that run side by side, if more than one
 */
const SUITES = {
  unit: () => ({ args: [], workers: availableParallelism(), limitMinutes: 25 }),
  int: () => ({
    args: [],
    // Most of them wait for servers, or for processes that they have killed.
    workers: availableParallelism() + 1,
    files: String.raw`\.int\.test\.ts$`,
    env: { MILLRACE_JEST_INTEGRATION: '1' },
    limitMinutes: 40,
  }),
  e2e: () => ({
    args: ['--config', 'e2e/jest.config.cjs'],
    files: SIDE_BY_SIDE,
    workers: PLATFORMS,
    limitMinutes: 40,
  }),
  alone: () => ({ args: ['--config', 'e2e/jest.config.cjs'], files: ALONE, limitMinutes: 40 }),
  long: (campaign) => ({
    args: ['--config', 'e2e/jest.config.cjs'],
    files: campaign === undefined ? CAMPAIGNS : `e2e/src/.*${campaign}`,
    env: { MILLRACE_E2E_LONG: '1' },
    limitMinutes: 180,
  }),
  longOfPackages: (campaign) => ({
    args: [],
    files:
      CAMPAIGNS_OF_PACKAGES[/** @type {keyof typeof CAMPAIGNS_OF_PACKAGES} */ (campaign ?? '')] ??
      `(${Object.values(CAMPAIGNS_OF_PACKAGES).join('|')})`,
    env: { MILLRACE_JEST_INTEGRATION: '1', MILLRACE_LONG: '1' },
    limitMinutes: 180,
  }),
  cluster: () => ({
    args: [],
    files: 'packages/development/test/cluster/',
    env: { MILLRACE_JEST_INTEGRATION: '1', MILLRACE_CLUSTER: '1' },
    limitMinutes: 120,
  }),
};

/**
 * Runs the tests of a stage, and files that failed once more, one after another: the machine may have been busy with something
 * else. What fails twice has failed; what passes then is in `flaky`, for whoever reads the end of the output.
 *
 * @param {{ repoRoot: string, env: NodeJS.ProcessEnv, say: (line: string) => void }} run
 * @param {JestStage} stage
 * @param {{ testDir: string, runtimeDir: string, endpointsFile: string | undefined, campaign: string | undefined }} options
 * @returns {Promise<{ counts: import('./counts.mjs').Counts, flaky: string[] }>}
 */
export async function runSuite({ repoRoot, env, say }, stage, { testDir, runtimeDir, endpointsFile, campaign }) {
  const suite = SUITES[stage](campaign);
  /** @param {string[]} args @param {string} name @param {number} [workers] */
  const jest = async (args, name, workers = 1) => {
    const report = join(testDir, `${name}.junit.xml`);
    const command = ['exec', 'jest', '--reporters=default', '--reporters=jest-junit', `--maxWorkers=${workers}`];
    const stageEnv = {
      ...toolEnv(env),
      ...suite.env,
      JEST_JUNIT_OUTPUT_FILE: report,
      JEST_JUNIT_SUITE_NAME: '{filepath}',
      // A file that could not even be loaded has no tests, but it has certainly failed.
      JEST_JUNIT_REPORT_TEST_SUITE_ERRORS: 'true',
      MILLRACE_E2E_PLATFORMS: String(workers),
      // A test that makes a home of its own must not make a runtime of its own.
      MILLRACE_RUNTIME_DIR: runtimeDir,
      ...(stage === 'unit' ? {} : { MILLRACE_TEST_ENDPOINTS: endpointsFile }),
    };
    const ok = await runCommand(
      [...pnpmCommand(repoRoot), ...command, ...suite.args, ...args],
      repoRoot,
      stageEnv,
      suite.limitMinutes,
    );
    return { ok, files: readReport(report) };
  };

  const first = await jest(suite.files === undefined ? [] : ['--testPathPatterns', suite.files], stage, suite.workers);
  const counts = judgeStage(addUp(first.files), first.ok);
  const failed = first.files.filter((file) => file.failed > 0).map((file) => file.name);
  if (failed.length === 0 || failed.length > RUN_AGAIN_AT_MOST) return { counts, flaky: [] };

  say(`── ${stage}: running again by themselves: ${failed.join(', ')}`);
  const second = await jest(['--runTestsByPath', ...failed], `${stage}.again`);
  const { counts: settled, flaky } = withSecondRun(first.files, second.files);
  return { counts: judgeStage(settled, second.ok), flaky };
}
