// Checks the types of the folder in which it runs, with the arguments that follow: by the compiler in Go, which takes a third of the time
// of the one that builds. On one thread: turbo checks as many packages side by side as there are cores, and more threads check more than once.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const installed = dirname(require.resolve('typescript-native/package.json'));
const args = [join(installed, 'bin', 'tsc'), '--noEmit', '--singleThreaded', ...process.argv.slice(2)];
const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? 1;
