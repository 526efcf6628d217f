/** Of the code in `code` steps. */
export const CODE_LIMITS = {
  /** For which the code of a step may run: milliseconds. CODE_TIMEOUT beyond. */
  codeMs: 10_000,
  /** For which the code of a document is parsed when it is saved: milliseconds. What is left then is saved unparsed. */
  codeParseMs: 2_000,
  /** Memory of one run of code, with the engine, its input and its output. CODE_OUT_OF_MEMORY beyond. */
  codeMemoryBytes: 64 * 1024 * 1024,
  /** Lines that the code of a step writes to its console, a count; further ones are dropped. */
  codeLogLines: 100,
  /** Characters of all these lines; further ones are dropped. */
  codeLogCharacters: 16 * 1024,
} as const;
