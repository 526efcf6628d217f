import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { parseJson } from '../json-file.mjs';
import { buildOnce, removeOthers } from '../runtime/build-once.mjs';
import { onPath, runStep } from '../runtime/host.mjs';

/** The folder of the Python SDK. */
const PACKAGE = join('packages', 'sdk-python');

/**
 * Virtual environments that tests run in, by the name of their folders: the tools with their hashes, and the first Python 3 that runs them.
 *
 * @type {Record<'python' | 'schemathesis' | 'kubernetes', { requirements: string, minor: number, tools: string, what: string }>}
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
    tools: 'kubectl and the schemas of Kubernetes',
    what: 'The tests of the Kubernetes manifests',
  },
};

/** Prints what matters as one line of JSON; `pip` is true when this interpreter can install into another one. */
const PROBE = `
import importlib.util, json, platform, sys
found = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"version": sys.version_info[:2], "name": platform.python_version() + sys.base_prefix,
                  "venv": found("venv"), "ensurepip": found("ensurepip"), "pip": found("pip")}))`;

/** @typedef {{ version: [number, number], name: string, venv: boolean, ensurepip: boolean, pip: boolean }} Interpreter */

/**
 * The interpreter of one of the virtual environments; each is made once for its list of tools.
 *
 * @param {{ repoRoot: string, runtimeDir: string, env: NodeJS.ProcessEnv, progress?: import('../progress.mjs').Progress, of?: keyof typeof ENVIRONMENTS }} options
 *   `of`: the tests of the Python SDK by default
 * @returns {Promise<string>}
 * @throws {Failure} naming what is missing, and how to get it
 */
export async function ensurePython({ repoRoot, runtimeDir, env, progress = SILENT, of = 'python' }) {
  const environment = ENVIRONMENTS[of];
  const requirements = join(repoRoot, environment.requirements);
  return progress.track('Python', async (say) => {
    const interpreter = await usableInterpreter(environment, env, say);
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
  });
}

/** @type {import('../progress.mjs').Progress} */
const SILENT = { note: () => {}, track: (_name, work) => work(() => {}) };

/**
 * How the tests of the Python SDK are run: nothing is written into the repository.
 *
 * @param {{ python: string, repoRoot: string, cacheDir: string, report: string }} options `report`: where the JUnit report is to be
 * @returns {{ command: string[], cwd: string, env: NodeJS.ProcessEnv }}
 */
export function pythonTests({ python, repoRoot, cacheDir, report }) {
  const caches = join(cacheDir, 'python');
  mkdirSync(caches, { recursive: true });
  return {
    command: [python, '-m', 'pytest', '--quiet', `--junitxml=${report}`],
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
 * @param {{ minor: number, what: string }} environment
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} say
 * @returns {Promise<Interpreter>}
 */
async function usableInterpreter({ minor, what }, env, say) {
  const first = probe(minor, env);
  if (typeof first !== 'string') return first;
  const isRoot = process.getuid?.() === 0;
  const install = 'apt-get update && apt-get install -y --no-install-recommends python3 python3-venv';
  if (!isRoot || !onPath('apt-get', env)) {
    const administrator = onPath('apt-get', env) ? `  Run:  sudo sh -c '${install}'` : '';
    throw new Failure(`${what} can't run: ${first}.`, `Install Python 3.${minor} or later.${administrator}`);
  }
  say('apt-get: python3-venv');
  const aptEnv = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  await runStep(['sh', '-c', install], { what: 'Installing Python', env: aptEnv, cure: `By hand:  ${install}` });
  const second = probe(minor, env);
  if (typeof second !== 'string') return second;
  throw new Failure(`${what} can't run: ${second}.`, 'Put another python3 first on PATH.');
}

/**
 * @param {number} needed of Python 3
 * @param {NodeJS.ProcessEnv} env
 * @returns {Interpreter | string} or why it can't be used
 */
function probe(needed, env) {
  if (!onPath('python3', env)) return 'there is no python3 on PATH';
  const { status, stdout, stderr } = spawnSync('python3', ['-c', PROBE], { env, encoding: 'utf8' });
  if (status !== 0) return `python3 does not run: ${stderr.trim()}`;
  const found = /** @type {Interpreter} */ (parseJson(stdout));
  const [major, minor] = found.version;
  if (major !== 3 || minor < needed) return `python3 is ${major}.${minor}, and 3.${needed} is needed`;
  if (!found.venv || !(found.ensurepip || found.pip)) {
    return 'python3 has neither ensurepip nor pip (on Debian and Ubuntu: the package python3-venv)';
  }
  return found;
}

/**
 * @param {string} folder
 * @param {{ interpreter: Interpreter, requirements: string, tools: string, env: NodeJS.ProcessEnv, say: (text: string) => void }} options
 */
async function makeEnvironment(folder, { interpreter, requirements, tools, env, say }) {
  say('making a virtual environment');
  // Debian and Ubuntu have ensurepip in a package of its own; a pip of the system installs into the environment as well.
  const own = interpreter.ensurepip;
  const venv = ['python3', '-m', 'venv', ...(own ? [] : ['--without-pip']), folder];
  await runStep(venv, { what: 'Making a virtual environment for Python', env });
  say(`installing ${tools}`);
  const pip = own ? [pythonOf(folder), '-m', 'pip'] : ['python3', '-m', 'pip', '--python', pythonOf(folder)];
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
