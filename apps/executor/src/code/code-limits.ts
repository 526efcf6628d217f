import { LIMITS } from '@millrace/contracts';

/** What bounds one run of code; passed to its thread. */
export const CODE_BOUNDS = {
  memoryBytes: LIMITS.codeMemoryBytes,
  /** Of the engine's own stack: deeper recursion is an error in the code, and none of the thread. */
  stackBytes: 256 * 1024,
  runMs: LIMITS.codeMs,
  /** For a thread to have compiled the engine, and for it to have an instance of that for a run: the machine may be busy. */
  beginMs: 60_000,
  outputBytes: LIMITS.stepOutputBytes,
  logLines: LIMITS.codeLogLines,
  logCharacters: LIMITS.codeLogCharacters,
  messageCharacters: 1_000,
} as const;

/** What bounds a run, where a test has other ones. */
export type CodeBounds = { readonly [Name in keyof typeof CODE_BOUNDS]: number };
