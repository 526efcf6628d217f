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
  /** `--volume` and its value, for what builds share. */
  readonly volumes: readonly string[];
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
  } catch (error) {
    remove();
    throw error;
  }
  const compiled = join(folder, 'turbo');
  mkdirSync(compiled, { recursive: true });
  return { context, volumes: ['--volume', `${compiled}:${COMPILED}`], remove };
}

/**
 * Builds the image of a service from the Dockerfile as it is. Rejects when it is too large.
 * Returns the bytes that the image would have on the official bases.
 */
export async function buildImage(name: string, { context, volumes }: BuildSources, buildah: Buildah): Promise<number> {
  await buildah(
    ...['bud', '--network', 'host', '--pull-never', '--format', 'docker', '--layers', ...volumes],
    ...['-f', join(context, 'deploy', 'Dockerfile'), '--build-arg', `APP=${name}`, '-t', `millrace/${name}`, context],
  );
  const [text = ''] = await buildah('images', '--format', '{{.Size}}', `localhost/millrace/${name}`);
  const [, number = '0', unit = ''] = text.match(/^([\d.]+) *([KMG])B/) ?? [];
  const size = Number(number) * (unit === 'G' ? 1e9 : unit === 'M' ? 1e6 : 1e3) - STAND_IN_SURPLUS;
  if (size > LARGEST_IMAGE) throw new Failure(`The image of ${name} has ${Math.round(size / 1e6)} MB.`);
  return size;
}
