import { Failure } from '@millrace/local/failure';
import type { Buildah } from './buildah.js';
import { DEBIAN_IMAGE } from './stand-in-bases.js';

/** An image with the official bases may have this many bytes. */
const LARGEST_IMAGE = 250_000_000;
/** How much larger the stand-in for Debian is than the official image, as it was measured: no command here can, without a registry of images. In bytes. */
const STAND_IN_SURPLUS = 58_000_000;

/** The size of an image in bytes: as it was built on the stand-in for Debian, and as it is judged, without what that has too much. */
export interface ImageSize {
  readonly built: number;
  readonly judged: number;
}

/** The size of an image that buildah has. */
export async function imageSize(image: string, buildah: Buildah): Promise<ImageSize> {
  const [text = ''] = await buildah('images', '--format', '{{.Size}}', image);
  const built = bytesIn(text);
  return { built, judged: built - STAND_IN_SURPLUS };
}

/** Of a size as buildah writes it: `192.4 MB`. */
export function bytesIn(text: string): number {
  const [, number, unit] = /^([\d.]+) *([KMG])B/.exec(text) ?? [];
  // One that could not be read must not be a small one.
  if (number === undefined) throw new Failure(`buildah says that an image has the size "${text}".`);
  return Number(number) * (unit === 'G' ? 1e9 : unit === 'M' ? 1e6 : 1e3);
}

/** Throws where an image is too large. */
export function requireSmall(size: ImageSize): void {
  if (size.judged > LARGEST_IMAGE)
    throw new Failure(`The image has ${describeSize(size)}, and may have ${megabytes(LARGEST_IMAGE)}.`);
}

/** Both sizes, for people. */
export function describeSize({ built, judged }: ImageSize): string {
  return `${megabytes(judged)} (${megabytes(built)} here)`;
}

/** Why an image is judged by less than it has here. */
export async function describeSurplus(buildah: Buildah): Promise<string> {
  const { built } = await imageSize(DEBIAN_IMAGE, buildah);
  return `The stand-in for Debian has ${megabytes(built)}, ${megabytes(STAND_IN_SURPLUS)} more than the official image had when both were measured: images may have ${megabytes(LARGEST_IMAGE)} without these`;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
