import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeFailure, Failure } from '@millrace/local/failure';
import { onPath } from '@millrace/local/host';
import { homePaths, resolveHome } from '@millrace/local/paths';
import { describedServices } from '../services.js';
import { readLockFile, productionOf } from '../supply-chain/lock-file.js';
import { buildImage, takeSources } from './build-image.js';
import { buildahIn, discardContainers, type Buildah } from './buildah.js';
import { requireProductionAlone } from './image-content.js';
import { describeSize, describeSurplus, requireSmall } from './image-size.js';
import { withMounted } from './mounted.js';
import { requireReproducible } from './reproducible.js';
import { DEBIAN_IMAGE, makeStandInBases } from './stand-in-bases.js';
import { OPERATOR, tryOperator } from './try-operator.js';
import { startSurroundings, tryService, type Surroundings } from './try-service.js';

const TOOLS = ['buildah', 'runc', 'mmdebstrap'];

interface Context {
  readonly repoRoot: string;
  readonly env: NodeJS.ProcessEnv;
  /** Names of the images that are meant; none for all. */
  readonly names: readonly string[];
}

/**
 * Builds the images from the Dockerfile as it is, looks at what is in each, and runs it as in Kubernetes: a service becomes ready, has no more rights
 * than it should, its health check says how it is, and it ends well when it is asked to; the operator's program looks at the servers. The first one is built twice, to the same layers and settings: all are
 * made by one Dockerfile, which differs in the name of the package alone.
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
    say(await describeSurplus(buildah));
    const images = await imagesNamed(names, repoRoot);
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
      for (const [index, { name, folder: ofSources, run }] of images.entries()) {
        await check(name, async () => {
          // The first one is built once more, to be the same: it may have no layer of an earlier build, with the time of another commit.
          const size = await buildImage(name, sources, buildah, { afresh: index === 0 });
          requireSmall(size);
          await withMounted(`localhost/millrace/${name}`, buildah, async (root) => {
            const production = productionOf(lock, ofSources);
            await withMounted(DEBIAN_IMAGE, buildah, (base) => requireProductionAlone({ root, base }, production));
            await run(root, surroundings, buildah);
          });
          return describeSize(size);
        });
      }
      const [{ name = '' } = {}] = images;
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

/** What is built, by its name, and how it is tried. */
interface Image {
  readonly name: string;
  /** Of its package in the repository. */
  readonly folder: string;
  readonly run: (root: string, surroundings: Surroundings, buildah: Buildah) => Promise<void>;
}

/** Those of the names, all without names. */
async function imagesNamed(names: readonly string[], repoRoot: string): Promise<readonly Image[]> {
  const services = (await describedServices(repoRoot)).map((service): Image => ({
    name: service.name,
    folder: `apps/${service.name}`,
    run: (...where) => tryService(service, ...where),
  }));
  const all: readonly Image[] = [...services, { ...OPERATOR, run: tryOperator }];
  const unknown = names.filter((name) => !all.some((image) => image.name === name));
  if (unknown.length > 0) throw new Failure(`There is no image ${unknown.join(' or ')}.`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
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
