import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeFailure, Failure } from '@millrace/local/failure';
import { onPath } from '@millrace/local/host';
import { homePaths, resolveHome } from '@millrace/local/paths';
import { describedServices } from '../services.js';
import { readLockFile, productionOf } from '../supply-chain/lock-file.js';
import { buildImage, requireSmall, takeSources } from './build-image.js';
import { buildahIn, discardContainers } from './buildah.js';
import { requireProductionAlone } from './image-content.js';
import { withMounted } from './mounted.js';
import { requireReproducible } from './reproducible.js';
import { DEBIAN_IMAGE, makeStandInBases } from './stand-in-bases.js';
import { startSurroundings, tryService } from './try-service.js';

const TOOLS = ['buildah', 'runc', 'mmdebstrap'];

interface Context {
  readonly repoRoot: string;
  readonly env: NodeJS.ProcessEnv;
  /** Names of the services whose images are meant; none for all. */
  readonly names: readonly string[];
}

/**
 * Builds the images from the Dockerfile as it is, looks at what is in each, and runs it as in Kubernetes: it becomes ready, has no more rights
 * than it should, its health check says how it is, and it ends well when it is asked to. The first one is built twice, to the same layers and settings.
 * Returns whether all of that is so.
 */
export async function testImages({ repoRoot, env, names }: Context): Promise<boolean> {
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  const total = { passed: 0, failed: 0 };
  try {
    requireTools(env);
    const paths = homePaths(resolveHome(repoRoot, env), env);
    const folder = join(paths.cache, 'images');
    const buildah = buildahIn(join(folder, 'buildah'), env);
    await discardContainers(buildah);
    const bases = join(folder, 'bases');
    if (!existsSync(join(bases, 'made'))) await makeStandInBases({ folder: bases, buildah, env, say });
    const services = await describedServices(repoRoot);
    const chosen = services.filter(({ name }) => names.length === 0 || names.includes(name));
    if (chosen.length === 0) throw new Failure(`No service is called ${names.join(' or ')}.`);
    const sources = await takeSources(repoRoot, join(folder, 'shared'));
    const lock = readLockFile(repoRoot);
    const surroundings = await startSurroundings(env);
    const check = async (what: string, run: () => Promise<string>): Promise<void> => {
      const since = Date.now();
      try {
        say(`ok    ${what}: ${await run()}, ${Math.round((Date.now() - since) / 1000)} s`);
        total.passed += 1;
      } catch (error) {
        say(`FAILED ${what}\n${describeFailure(error)}`);
        total.failed += 1;
      }
    };
    try {
      for (const service of chosen) {
        const { name } = service;
        await check(name, async () => {
          const size = await buildImage(name, sources, buildah);
          requireSmall(size);
          await withMounted(`localhost/millrace/${name}`, buildah, async (root) => {
            const production = productionOf(lock, `apps/${name}`);
            await withMounted(DEBIAN_IMAGE, buildah, (base) => requireProductionAlone({ root, base }, production));
            await tryService(service, root, surroundings, buildah);
          });
          return `${Math.round(size / 1e6)} MB`;
        });
      }
      const [{ name = '' } = {}] = chosen;
      if (total.failed === 0)
        await check(`${name}, built once more`, async () => {
          await requireReproducible(name, sources, buildah);
          return 'the same layers and settings';
        });
    } finally {
      sources.remove();
      await surroundings.stop();
    }
  } catch (error) {
    say(describeFailure(error));
    total.failed += 1;
  }
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0;
}

function requireTools(env: NodeJS.ProcessEnv): void {
  const missing = TOOLS.filter((program) => !onPath(program, env));
  if (missing.length > 0) {
    throw new Failure(
      `Building images needs ${missing.join(', ')}.`,
      `On Debian and Ubuntu:  apt-get install -y --no-install-recommends ${TOOLS.join(' ')}`,
    );
  }
  if (process.getuid?.() !== 0) throw new Failure('Containers are run by root here.', 'Run:  sudo npm run test:images');
}
