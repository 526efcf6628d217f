import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeFailure, Failure } from '@millrace/local/failure';
import { onPath } from '@millrace/local/host';
import { homePaths, resolveHome } from '@millrace/local/paths';
import { describedServices } from '../services.js';
import { buildImage, takeSources } from './build-image.js';
import { buildahIn } from './buildah.js';
import { makeStandInBases } from './stand-in-bases.js';
import { startSurroundings, tryService } from './try-service.js';

const TOOLS = ['buildah', 'runc', 'mmdebstrap'];

interface Context {
  readonly repoRoot: string;
  readonly env: NodeJS.ProcessEnv;
  /** Names of the services whose images are meant; none for all. */
  readonly names: readonly string[];
}

/**
 * Builds the images from the Dockerfile as it is, and runs each as in Kubernetes: it becomes ready, has no more rights than it should, and
 * ends well when it is asked to. Returns whether all did.
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
    const bases = join(folder, 'bases');
    if (!existsSync(join(bases, 'made'))) await makeStandInBases({ folder: bases, buildah, env, say });
    const services = await describedServices(repoRoot);
    const chosen = services.filter(({ name }) => names.length === 0 || names.includes(name));
    if (chosen.length === 0) throw new Failure(`No service is called ${names.join(' or ')}.`);
    const sources = await takeSources(repoRoot, join(folder, 'shared'));
    const surroundings = await startSurroundings(env);
    try {
      for (const service of chosen) {
        const since = Date.now();
        try {
          const size = await buildImage(service.name, sources, buildah);
          await tryService(service, surroundings, buildah);
          say(`ok    ${service.name}: ${Math.round(size / 1e6)} MB, ${Math.round((Date.now() - since) / 1000)} s`);
          total.passed += 1;
        } catch (error) {
          say(`FAILED ${service.name}\n${describeFailure(error)}`);
          total.failed += 1;
        }
      }
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
