import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePython, oldestPython } from '../src/testing/python.mjs';
import { temporaryFolder } from './temporary-folder.js';

/*
 * Machines whose Python is missing, old or incomplete: a folder that is all of PATH, with a python3 that is a script.
 */

const folder = temporaryFolder();

interface Machine {
  readonly python: () => Promise<string>;
  /** What python3 was called with, beside the question what it is. */
  readonly calls: () => string[];
}

function machine(name: string, python3?: Record<string, unknown>): Machine {
  const options = machineFor(name, python3);
  return {
    python: () => ensurePython(options),
    calls: () => readFileSync(join(options.repoRoot, 'calls'), 'utf8').split('\n').slice(0, -1),
  };
}

function machineFor(name: string, python3?: Record<string, unknown>) {
  const root = join(folder, name);
  const [bin, log] = [join(root, 'bin'), join(root, 'calls')];
  mkdirSync(join(root, 'packages/sdk-python'), { recursive: true });
  mkdirSync(bin);
  writeFileSync(join(root, 'packages/sdk-python/requirements-dev.txt'), 'one==1 --hash=sha256:00\n');
  writeFileSync(log, '');
  symlinkSync('/bin/sh', join(bin, 'sh'));
  if (python3 !== undefined) writePython(join(bin, 'python3'), log, python3);
  return { repoRoot: root, runtimeDir: join(root, 'runtime'), env: { PATH: bin, HOME: root } };
}

/** `log`: where it writes what it was called with. */
function writePython(file: string, log: string, members: Record<string, unknown> = {}): void {
  const about = { version: [3, 11], name: '3.11.2/usr', venv: true, ensurepip: true, pip: true, ...members };
  const answer = `echo '${JSON.stringify(about)}'`;
  writeFileSync(file, `#!/bin/sh\nif [ "$1" = -c ]; then ${answer}; else echo "$@" >> '${log}'; fi\n`);
  chmodSync(file, 0o755);
}

test.each([
  ['without Python', undefined, 'there is no python3 on PATH'],
  ['with an old Python', { version: [3, 8] }, 'python3 is 3.8, and 3.9 is needed'],
  ['with a Python that can install nothing', { ensurepip: false, pip: false }, 'the package python3-venv'],
])('a machine %s gets what it needs to install', async (name, python3, words) => {
  await expect(machine(name.replaceAll(' ', '-'), python3).python()).rejects.toMatchObject({
    message: expect.stringContaining(words),
    cure: expect.stringContaining('Install Python 3.9 or later'),
  });
});

test('each environment has its own first Python, and its own folder', async () => {
  const root = join(folder, 'older');
  const options = machineFor('older', { version: [3, 10], ensurepip: false });
  mkdirSync(join(root, 'e2e/schemathesis'), { recursive: true });
  writeFileSync(join(root, 'e2e/schemathesis/requirements.txt'), 'two==2 --hash=sha256:11\n');
  await expect(ensurePython({ ...options, of: 'schemathesis' })).rejects.toMatchObject({
    message: "Generated calls of the API can't run: python3 is 3.10, and 3.11 is needed.",
    cure: expect.stringContaining('Install Python 3.11 or later'),
  });
  expect(await ensurePython(options)).toMatch(/runtime\/python-[0-9a-f]{12}\/bin\/python$/);
});

test('where ensurepip is missing, the pip of the system installs into the environment', async () => {
  const { python, calls } = machine('without-ensurepip', { ensurepip: false });
  const interpreter = await python();
  expect(interpreter).toMatch(/runtime\/python-[0-9a-f]{12}\/bin\/python$/);
  const [venv, pip, ...more] = calls();
  expect(venv).toMatch(/^-m venv --without-pip \S+\.part$/);
  expect(pip).toMatch(/^-m pip --python \S+\.part\/bin\/python install --require-hashes .*requirements-dev\.txt$/);
  expect(more).toEqual([]);
  expect(await python()).toBe(interpreter);
  expect(calls().length).toBe(2);
});

test('the oldest Python is one on PATH that runs, or the one in pyenv, and is left out where there is neither', async () => {
  const options = machineFor('oldest', { ensurepip: false });
  const { repoRoot, runtimeDir } = options;
  expect(await oldestPython(options)).toBeUndefined();
  // What pyenv puts on PATH, where no folder has chosen this version.
  const shim = join(repoRoot, 'bin/python3.9');
  writeFileSync(shim, '#!/bin/sh\nexit 127\n');
  chmodSync(shim, 0o755);
  expect(await oldestPython(options)).toBeUndefined();
  const [other, own] = ['3.10.1', '3.9.18'].map((name) => join(repoRoot, '.pyenv/versions', name, 'bin')) as [
    string,
    string,
  ];
  for (const folder of [other, own]) mkdirSync(folder, { recursive: true });
  writePython(join(other, 'python3'), join(repoRoot, 'calls'), { version: [3, 10] });
  writePython(join(own, 'python3.9'), join(repoRoot, 'calls'), {
    version: [3, 9],
    name: '3.9.18/pyenv',
    ensurepip: false,
  });
  const interpreter = await oldestPython(options);
  expect(interpreter).toMatch(/runtime\/oldest-python-[0-9a-f]{12}\/bin\/python$/);
  // Neither is removed for the other.
  expect(await ensurePython(options)).toMatch(/runtime\/python-[0-9a-f]{12}\/bin\/python$/);
  expect(readdirSync(runtimeDir).map((name) => name.replace(/-[0-9a-f]{12}$/, ''))).toEqual([
    'oldest-python',
    'python',
  ]);
});
