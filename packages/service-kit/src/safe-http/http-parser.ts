/** What undici loads with its first connection. */
const PARSER = 'undici/lib/llhttp/llhttp_simd-wasm.js';

/** Loads what the first connection of a SafeHttpClient would load. */
export function loadHttpParser(): Promise<unknown> {
  return import(PARSER);
}
