// `npm run ops -- COMMAND`: millrace-ops, with the settings of the installation of `npm start`. What the environment says goes first.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operatorEnvironment } from './src/platform/operator-environment.mjs';

const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = join(repoRoot, 'packages', 'ops', 'dist', 'main.js');
const env = { ...operatorEnvironment(repoRoot, process.env), ...process.env };
process.exitCode =
  spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit', env }).status ?? 1;
