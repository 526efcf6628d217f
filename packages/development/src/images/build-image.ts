import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStep } from '@millrace/local/host';
import type { Buildah } from './buildah.js';
import { imageSize, type ImageSize } from './image-size.js';

/** A folder of the build that the builds of all services share: what they have compiled, by its content. */
const COMPILED = '/repository/.turbo';

/** What images are built of. */
export interface BuildSources {
  /** The files that git has or would have: no dependencies or data of this machine. */
  readonly context: string;
  /** The folder of what builds share. */
  readonly compiled: string;
  /** When the commit was made, since 1970. */
  readonly seconds: string;
  remove(): void;
}

/** Copies the sources for one or more builds; what the builds share stays in `folder`. */
export async function takeSources(repoRoot: string, folder: string): Promise<BuildSources> {
  const context = mkdtempSync(join(tmpdir(), 'millrace-context-'));
  const remove = () => rmSync(context, { recursive: true, force: true });
  try {
    // With their times, by which layers are found again too.
    const list = `git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference --preserve=timestamps -t '${context}'`;
    await runStep(['sh', '-c', list], { what: 'Copying the sources', cwd: repoRoot });
    const [seconds = '0'] = await runStep(['git', 'log', '-1', '--format=%ct'], { what: 'git log', cwd: repoRoot });
    const compiled = join(folder, 'turbo');
    mkdirSync(compiled, { recursive: true });
    return { context, compiled, seconds, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Builds the image of a service from the Dockerfile as it is. `afresh`: without the layers of earlier builds.
 * Returns the size of the image.
 */
export async function buildImage(
  name: string,
  { context, compiled, seconds }: BuildSources,
  buildah: Buildah,
  { tag = name, afresh = false } = {},
): Promise<ImageSize> {
  // Without Docker's format the health check is left out; times are those of the commit, so that its image is the same each time.
  // A step that fails would leave its container mounted.
  await buildah(
    ...[
      'bud',
      '--network',
      'host',
      '--pull-never',
      '--format',
      'docker',
      '--layers',
      '--force-rm',
      '--timestamp',
      seconds,
    ],
    ...[...(afresh ? ['--no-cache'] : []), '--volume', `${compiled}:${COMPILED}`],
    ...['-f', join(context, 'deploy', 'Dockerfile'), '--build-arg', `APP=${name}`, '-t', `millrace/${tag}`, context],
  );
  return imageSize(`localhost/millrace/${tag}`, buildah);
}
