/** What FNV-1a begins with. */
export const FNV_OFFSET = 0x811c9dc5;

/** The next state of 32-bit FNV-1a after another unit, signed: `>>> 0` makes the hash of it. */
export function fnv1aStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** 32-bit FNV-1a over the UTF-16 code units: small, stable, and the same in every service. With another `offset` another hash of the same text. */
export function fnv1a(text: string, offset = FNV_OFFSET): number {
  let hash = offset;
  for (let index = 0; index < text.length; index++) hash = fnv1aStep(hash, text.charCodeAt(index));
  return hash >>> 0;
}
