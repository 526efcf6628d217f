import type { Buildah } from './buildah.js';

/** Resolves to what `use` does with the folder in which the content of an image is meanwhile. */
export async function withMounted<Result>(
  image: string,
  buildah: Buildah,
  use: (root: string) => Promise<Result> | Result,
): Promise<Result> {
  const [container = ''] = await buildah('from', '--pull-never', image);
  try {
    const [root = ''] = await buildah('mount', container);
    return await use(root);
  } finally {
    await buildah('umount', container);
    await buildah('rm', container);
  }
}
