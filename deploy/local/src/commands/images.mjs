import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, describeFailure } from '../failure.mjs';
import { buildImage } from '../images/build-image.mjs';
import { buildahIn } from '../images/buildah.mjs';
import { makeStandInBases } from '../images/stand-in-bases.mjs';
import { startSurroundings, tryService } from '../images/try-service.mjs';
import { homePaths, resolveHome } from '../paths.mjs';
import { describeServices } from '../platform/service-descriptions.mjs';
import { onPath } from '../runtime/host.mjs';

const TOOLS = ['buildah', 'runc', 'mmdebstrap'];

/**
 * `npm run test:images [-- SERVICE…]`: builds the images from the Dockerfile as it is, and runs each as in Kubernetes: it becomes
 * ready, has no more rights than it should, and ends well when it is asked to.
 *
 * @param {import('./start.mjs').CommandContext & { argv: string[] }} context
 * @returns {Promise<number>} exit code
 */
export async function imagesCommand({ repoRoot, env, argv }) {
  const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
  const total = { passed: 0, failed: 0 };
  try {
    requireTools(env);
    const paths = homePaths(resolveHome(repoRoot, env), env);
    const folder = join(paths.cache, 'images');
    const buildah = buildahIn(join(folder, 'buildah'), env);
    const bases = join(folder, 'bases');
    if (!existsSync(join(bases, 'made'))) await makeStandInBases({ folder: bases, buildah, env, say });
    const { services } = await describeServices(repoRoot);
    const chosen = services.filter(({ name }) => argv.length === 0 || argv.includes(name));
    if (chosen.length === 0) throw new Failure(`No service is called ${argv.join(' or ')}.`);
    const surroundings = await startSurroundings(env);
    try {
      for (const service of chosen) {
        const since = Date.now();
        try {
          const size = await buildImage(service.name, repoRoot, buildah);
          await tryService(service, { buildah, ...surroundings });
          say(`ok    ${service.name}: ${Math.round(size / 1e6)} MB, ${Math.round((Date.now() - since) / 1000)} s`);
          total.passed += 1;
        } catch (error) {
          say(`FAILED ${service.name}\n${describeFailure(error)}`);
          total.failed += 1;
        }
      }
    } finally {
      await surroundings.stop();
    }
  } catch (error) {
    say(describeFailure(error));
    total.failed += 1;
  }
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/** @param {NodeJS.ProcessEnv} env */
function requireTools(env) {
  const missing = TOOLS.filter((program) => !onPath(program, env));
  if (missing.length > 0) {
    throw new Failure(
      `Building images needs ${missing.join(', ')}.`,
      `On Debian and Ubuntu:  apt-get install -y --no-install-recommends ${TOOLS.join(' ')}`,
    );
  }
  if (process.getuid?.() !== 0) throw new Failure('Containers are run by root here.', 'Run:  sudo npm run test:images');
}
