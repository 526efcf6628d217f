// The pinned pnpm with the arguments that follow: for scripts of package.json that npm runs where no pnpm is installed, since turbo
// looks for one on PATH.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pnpmCommand, toolEnv } from './src/setup/workspace.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [program = '', ...args] = pnpmCommand(repoRoot);
const child = spawn(program, [...args, ...process.argv.slice(2)], { stdio: 'inherit', env: toolEnv(process.env) });
child.once('exit', (code) => (process.exitCode = code ?? 1));
