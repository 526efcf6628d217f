/** Loads what the first connection of a SafeHttpClient would load, of undici. */
export function loadHttpParser(): Promise<unknown> {
  return import('undici/lib/llhttp/llhttp_simd-wasm.js');
}
