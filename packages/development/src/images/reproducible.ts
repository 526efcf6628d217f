import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@millrace/local/failure';
import { runStep } from '@millrace/local/host';
import { buildImage, type BuildSources } from './build-image.js';
import type { Buildah } from './buildah.js';
import { configurationOf } from './image-configuration.js';
import { differences } from './image-content.js';
import { withMounted } from './mounted.js';

const SHOWN = 20;
const LAYERS = '{{range .OCIv1.RootFS.DiffIDs}}{{println .}}{{end}}';

/**
 * Builds an image that is there once more: from a copy of the sources in another folder, with other times and as somebody has them whose
 * group may write, and without anything of an earlier build. Rejects where that is another image.
 */
export async function requireReproducible(name: string, sources: BuildSources, buildah: Buildah): Promise<void> {
  const again = `${name}-again`;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-again-'));
  const [context, compiled] = [join(folder, 'context'), join(folder, 'compiled')];
  try {
    mkdirSync(compiled);
    const copy = `cp --recursive '${sources.context}' '${context}' && chmod -R g+w '${context}' && find '${context}' -exec touch -h {} +`;
    await runStep(['sh', '-c', copy], { what: 'Copying the sources' });
    await buildImage(name, { ...sources, context, compiled }, buildah, { tag: again, afresh: true });
    if (await isSame(name, again, buildah)) return;
    const different = await withMounted(`localhost/millrace/${name}`, buildah, (one) =>
      withMounted(`localhost/millrace/${again}`, buildah, (other) => differences(one, other)),
    );
    const shown = different.length === 0 ? ['Modes or times of files, or the settings of the image.'] : different;
    throw new Failure(`${name} was built twice, and came out as two images.`, shown.slice(0, SHOWN).join('\n'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether two images have the same layers, which is each file with its mode and time, and the same settings. What buildah notes beside, such
 * as the ids of its containers, is another each time.
 */
async function isSame(one: string, other: string, buildah: Buildah): Promise<boolean> {
  const partsOf = async (name: string) => {
    const image = `localhost/millrace/${name}`;
    const layers = await buildah('inspect', '--type', 'image', '--format', LAYERS, image);
    return JSON.stringify([layers, await configurationOf(image, buildah)]);
  };
  return (await partsOf(one)) === (await partsOf(other));
}
