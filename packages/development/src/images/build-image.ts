import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@millrace/local/failure';
import { runStep } from '@millrace/local/host';
import type { Buildah } from './buildah.js';

/** An image with the official bases may have this many bytes. */
const LARGEST_IMAGE = 250_000_000;
/** How much larger the stand-in for Debian is than the official image, as it was measured. In bytes. */
const STAND_IN_SURPLUS = 58_000_000;

/**
 * Builds the image of a service from the files that git has or would have. Rejects when it is too large.
 * Returns the bytes that the image would have on the official bases.
 */
export async function buildImage(name: string, repoRoot: string, buildah: Buildah): Promise<number> {
  const context = mkdtempSync(join(tmpdir(), 'millrace-context-'));
  try {
    // What is committed or about to be: no dependencies or data of this machine.
    const list = `git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference -t '${context}'`;
    await runStep(['sh', '-c', list], { what: 'Copying the sources', cwd: repoRoot });
    const file = join(repoRoot, 'deploy', 'Dockerfile');
    await buildah(
      ...['bud', '--network', 'host', '--pull-never', '--format', 'docker', '--layers', '-f', file],
      ...['--build-arg', `APP=${name}`, '-t', `millrace/${name}`, context],
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  const [text = ''] = await buildah('images', '--format', '{{.Size}}', `localhost/millrace/${name}`);
  const [, number = '0', unit = ''] = text.match(/^([\d.]+) *([KMG])B/) ?? [];
  const size = Number(number) * (unit === 'G' ? 1e9 : unit === 'M' ? 1e6 : 1e3) - STAND_IN_SURPLUS;
  if (size > LARGEST_IMAGE) throw new Failure(`The image of ${name} has ${Math.round(size / 1e6)} MB.`);
  return size;
}
