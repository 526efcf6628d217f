import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { parseJson } from '../json-file.mjs';
import { onPath, runStep } from '../runtime/host.mjs';

/** Prints what matters as one line of JSON; `pip` is true when this interpreter can install into another one. */
const PROBE = `
import importlib.util, json, platform, sys
found = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"version": sys.version_info[:2], "name": platform.python_version() + sys.base_prefix,
                  "venv": found("venv"), "ensurepip": found("ensurepip"), "pip": found("pip")}))`;

/** @typedef {{ version: [number, number], name: string, venv: boolean, ensurepip: boolean, pip: boolean }} Probed */
/** @typedef {Probed & { program: string }} Interpreter */

/**
 * An interpreter of just this version, if there is one on PATH or in pyenv that can make virtual environments.
 *
 * @param {number} minor of Python 3
 * @param {NodeJS.ProcessEnv} env
 * @returns {Interpreter | undefined}
 */
export function interpreterOf(minor, env) {
  const program = `python3.${minor}`;
  for (const each of [program, ...ofPyenv(program, env)]) {
    const found = probe(each, env);
    if (typeof found !== 'string' && problemOf(found, minor) === undefined) return found;
  }
  return undefined;
}

/**
 * What pyenv has of a version: its programs on PATH run only what was chosen for a folder.
 *
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
function ofPyenv(program, { PYENV_ROOT, HOME = '' }) {
  const versions = join(PYENV_ROOT ?? join(HOME, '.pyenv'), 'versions');
  if (!existsSync(versions)) return [];
  const programs = readdirSync(versions).map((name) => join(versions, name, 'bin', program));
  return programs.filter((path) => existsSync(path));
}

/**
 * The python3 of this machine, which is installed where that is possible.
 *
 * @param {{ minor: number, what: string }} needed `minor`: the first Python 3 that will do; `what` can't run without it
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} say
 * @returns {Promise<Interpreter>}
 * @throws {Failure} naming what is missing, and how to get it
 */
export async function usableInterpreter({ minor, what }, env, say) {
  const first = usable(minor, env);
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
  const second = usable(minor, env);
  if (typeof second !== 'string') return second;
  throw new Failure(`${what} can't run: ${second}.`, 'Put another python3 first on PATH.');
}

/**
 * @param {number} minor the first that will do
 * @param {NodeJS.ProcessEnv} env
 * @returns {Interpreter | string} or why there is none
 */
function usable(minor, env) {
  const found = probe('python3', env);
  return typeof found === 'string' ? found : (problemOf(found, minor) ?? found);
}

/**
 * @param {string} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {Interpreter | string} or why it can't be asked
 */
function probe(program, env) {
  if (!onPath(program, env)) return `there is no ${program} on PATH`;
  const { status, stdout, stderr } = spawnSync(program, ['-c', PROBE], { env, encoding: 'utf8' });
  if (status !== 0) return `${program} does not run: ${stderr.trim()}`;
  return { .../** @type {Probed} */ (parseJson(stdout)), program };
}

/**
 * Why an interpreter can't be used, if so.
 *
 * @param {Interpreter} interpreter
 * @param {number} needed of Python 3
 */
function problemOf({ version: [major, minor], venv, ensurepip, pip, program }, needed) {
  if (major !== 3 || minor < needed) return `${program} is ${major}.${minor}, and 3.${needed} is needed`;
  if (venv && (ensurepip || pip)) return undefined;
  return `${program} has neither ensurepip nor pip (on Debian and Ubuntu: the package python3-venv)`;
}
