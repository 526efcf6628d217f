// The pinned pnpm with the arguments that follow: for scripts of package.json that npm runs where no pnpm is installed, since turbo
// looks for one on PATH. Installs the dependencies first where they are not, so that these scripts work in a fresh clone.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { terminalProgress } from './src/progress.mjs';
import { installDependencies, pnpmCommand, toolEnv } from './src/setup/workspace.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
if (!existsSync(join(repoRoot, 'node_modules', '.modules.yaml')))
  await installDependencies({ repoRoot, env: process.env, progress: terminalProgress(process.stderr) });
const [program = '', ...args] = pnpmCommand(repoRoot);
const child = spawn(program, [...args, ...process.argv.slice(2)], { stdio: 'inherit', env: toolEnv(process.env) });
child.once('exit', (code) => (process.exitCode = code ?? 1));
