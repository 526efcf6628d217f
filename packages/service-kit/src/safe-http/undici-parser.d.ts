/** What undici loads with its first connection; its types leave it out. */
declare module 'undici/lib/llhttp/llhttp_simd-wasm.js';
