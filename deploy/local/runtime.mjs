// Makes the private runtime and nothing else: `node deploy/local/runtime.mjs`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeFailure } from './src/failure.mjs';
import { homePaths, resolveHome } from './src/paths.mjs';
import { terminalProgress } from './src/progress.mjs';
import { ensureRuntime } from './src/runtime/private-runtime.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const paths = homePaths(resolveHome(join(here, '..', '..'), process.env), process.env);
try {
  const runtime = await ensureRuntime({
    runtimeDir: paths.runtime,
    ferretdbDir: join(here, 'ferretdb'),
    cacheDir: paths.cache,
    env: process.env,
    progress: terminalProgress(process.stdout),
  });
  console.log(`The runtime is in ${runtime.root} (run by ${runtime.mode}).`);
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}
