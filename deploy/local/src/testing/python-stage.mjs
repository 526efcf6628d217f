import { join } from 'node:path';
import { describeFailure } from '../failure.mjs';
import { addUp, judgeStage, readReport } from './counts.mjs';
import { ensurePython, oldestPython, OLDEST, pythonTests } from './python.mjs';
import { runCommand } from './run-command.mjs';

const LIMIT_MINUTES = 10;

/**
 * What the stage runs with: interpreters, or why there is none; `leftOut`, of what this machine has none for.
 *
 * @typedef {{ own: string | Error, oldest: string | Error | undefined, leftOut: string[] }} Pythons
 */

/**
 * Never throws: without Python only this stage fails.
 *
 * @param {import('./python.mjs').Options} options
 * @returns {Promise<Pythons>}
 */
export async function preparePython(options) {
  const orWhy = (/** @type {Error} */ error) => error;
  const [own, oldest] = await Promise.all([ensurePython(options).catch(orWhy), oldestPython(options).catch(orWhy)]);
  const leftOut =
    oldest === undefined ? [`the Python SDK with Python ${OLDEST}: there is none on PATH, and none in pyenv`] : [];
  return { own, oldest, leftOut };
}

/**
 * The tests of the Python SDK with the python3 of this machine, and then with the oldest one that the SDK runs on.
 *
 * @param {{ repoRoot: string, env: NodeJS.ProcessEnv, say: (line: string) => void, add: (name: string, counts: import('./counts.mjs').Counts, since: number) => void }} run
 * @param {{ python: Pythons | undefined, testDir: string, cacheDir: string }} options
 */
export async function runPython({ repoRoot, env, say, add }, { python, testDir, cacheDir }) {
  const legs = [
    { name: 'python', interpreter: python?.own, isSecond: false },
    { name: `python ${OLDEST}`, interpreter: python?.oldest, isSecond: true },
  ];
  for (const { name, interpreter, isSecond } of legs) {
    if (interpreter === undefined) continue;
    const since = Date.now();
    const report = join(testDir, `${name.replace(' ', '-')}.junit.xml`);
    let ok = false;
    if (typeof interpreter === 'string') {
      const tests = pythonTests({ python: interpreter, repoRoot, cacheDir, report, isSecond });
      ok = await runCommand(tests.command, tests.cwd, { ...env, ...tests.env }, LIMIT_MINUTES);
    } else say(`\n${describeFailure(interpreter)}\n`);
    add(name, judgeStage(addUp(readReport(report)), ok), since);
  }
}
