import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@millrace/local/failure';
import { runStep } from '@millrace/local/host';
import type { Buildah } from './buildah.js';

/** An image with the official bases may have this many bytes. */
const LARGEST_IMAGE = 250_000_000;
/** How much larger the stand-in for Debian is than the official image, as it was measured. In bytes. */
const STAND_IN_SURPLUS = 58_000_000;

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
 * Returns the bytes that the image would have on the official bases.
 */
export async function buildImage(
  name: string,
  { context, compiled, seconds }: BuildSources,
  buildah: Buildah,
  { tag = name, afresh = false } = {},
): Promise<number> {
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
  const [text = ''] = await buildah('images', '--format', '{{.Size}}', `localhost/millrace/${tag}`);
  const [, number = '0', unit = ''] = text.match(/^([\d.]+) *([KMG])B/) ?? [];
  return Number(number) * (unit === 'G' ? 1e9 : unit === 'M' ? 1e6 : 1e3) - STAND_IN_SURPLUS;
}

/** Throws where an image is too large. */
export function requireSmall(bytes: number): void {
  if (bytes > LARGEST_IMAGE) throw new Failure(`The image has ${Math.round(bytes / 1e6)} MB.`);
}
