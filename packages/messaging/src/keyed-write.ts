/**
 * A write under an `Idempotency-Key`, as the owner of what is written gets it. The same for every repetition, so that whoever makes
 * something can recognise what it has made before.
 */
export interface KeyedWrite {
  /** Part of the id of what is made: 26 characters of a time-ordered id. */
  readonly id: string;
  /** What is shown once is derived from it, base64url; known to nobody who has the record of the key alone. */
  readonly seed: string;
  /** Somebody has begun it before, and nobody knows how far that came. */
  readonly again: boolean;
}

const FORM = /^([0-9a-hjkmnp-tv-z]{26}) ([\w-]{43})( again)?$/;

/** As it is in a header. */
export function writtenKeyedWrite({ id, seed, again }: KeyedWrite): string {
  return `${id} ${seed}${again ? ' again' : ''}`;
}

/** Undefined for what is none. */
export function readKeyedWrite(text: string | undefined): KeyedWrite | undefined {
  const [, id, seed, again] = FORM.exec(text ?? '') ?? [];
  return id === undefined || seed === undefined ? undefined : { id, seed, again: again !== undefined };
}
