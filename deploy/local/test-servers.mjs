// Keeps the servers that integration tests share running until Ctrl-C: `node deploy/local/test-servers.mjs [FOLDER]`.
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeFailure } from './src/failure.mjs';
import { homePaths, resolveHome } from './src/paths.mjs';
import { terminalProgress } from './src/progress.mjs';
import { startSharedTestServers } from './src/shared-test-servers.mjs';
import { takeTestFolder } from './src/testing/test-folder.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const paths = homePaths(resolveHome(join(here, '..', '..'), process.env), process.env);
const dir = process.argv[2] ? resolve(process.argv[2]) : join(paths.home, 'test-servers');
mkdirSync(dir, { recursive: true, mode: 0o700 });
try {
  const release = takeTestFolder(dir, ['node deploy/local/test-servers.mjs', ...process.argv.slice(2)].join(' '));
  const servers = await startSharedTestServers({
    dir,
    runtimeDir: paths.runtime,
    ferretdbDir: join(here, 'ferretdb'),
    cacheDir: paths.cache,
    env: process.env,
    progress: terminalProgress(process.stdout),
  });
  console.log(`Test servers are up. For tests:  export MILLRACE_TEST_ENDPOINTS=${servers.endpointsFile}`);
  const alive = setInterval(() => {}, 60_000);
  const end = () => {
    clearInterval(alive);
    void servers.stop().then(() => (release(), process.exit(0)));
  };
  process.once('SIGINT', end).once('SIGTERM', end);
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}
