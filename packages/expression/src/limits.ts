/**
 * Every bound of the language, with its unit. All are checked before the work they bound is done.
 *
 * @example compileExpression(text, { limits: { sourceLength: 20_000 } })
 */
export const LIMITS = {
  /** Characters (UTF-16 code units) of one expression or condition. */
  sourceLength: 10_000,
  /** Characters of one template, text and expressions together. */
  templateLength: 262_144,
  /** Levels of nesting: parentheses, operators in a row, member links, functions. */
  depth: 48,
  /** Syntax tree nodes of one expression. */
  nodes: 2_000,
  /** `{{ }}` and text segments of one template. */
  segments: 500,
  /**
   * Steps of the evaluation of one text: an array item visited, a node of a lambda run, or 64 characters processed; 60 for a `hash` and 150 for an
   * `hmac`, beside 8 for each 64 bytes of theirs. So one text makes at most 1,600 hashes, or 650 signatures.
   */
  steps: 100_000,
  /** Steps of all texts of one run of a step together: its `if`, its config, the items of a loop. */
  runSteps: 300_000,
  /** Characters of one text made by an expression. */
  textLength: 1_048_576,
  /** Digits that an exact calculation takes into account. */
  numberDigits: 1_000,
  /** Items of one array made or walked by an expression. */
  arrayLength: 100_000,
  /** Characters of a result written as JSON, or of a rendered template. */
  outputLength: 4_194_304,
  /**
   * Milliseconds of all texts of one run of a step together, from the beginning of the first text, looked at every 2,048 steps and after every long action. The
   * steps are what bounds an evaluation; this is for what they misjudge.
   */
  wallClockMs: 100,
  /** Levels of nesting of data that equality, JSON and results may walk. */
  dataDepth: 200,
} as const;

/** The bounds of {@link LIMITS}, each replaceable. */
export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** The default limits with some replaced. */
export function withLimits(changes: Partial<Limits> | undefined): Limits {
  return changes === undefined ? LIMITS : { ...LIMITS, ...changes };
}
