/** 32-bit FNV-1a over the UTF-16 code units: small, stable, and the same in every service. With another `offset` another hash of the same text. */
export function fnv1a(text: string, offset = 0x811c9dc5): number {
  let hash = offset;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
