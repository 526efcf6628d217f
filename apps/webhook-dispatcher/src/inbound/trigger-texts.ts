import { createHash, timingSafeEqual } from 'node:crypto';
import { LIMITS } from '@millrace/contracts';
import { Budget, compileTemplate, LIMITS as EXPRESSION_LIMITS, type Program } from '@millrace/expression';
import { ExactNumber } from '@millrace/expression/exact';

/**
 * What working out all texts that one call needs may take: steps of expressions, and milliseconds. Anybody may call, so it is
 * far less than a step of a workflow may take: 75 hashes for instance, or 32 signatures, some 2 ms.
 */
const EVALUATION = { ...EXPRESSION_LIMITS, runSteps: 5_000, wallClockMs: 20 };

/** Reads secrets of the organisation whose webhook it is: those that exist among the names. */
export type ReadSecrets = (names: readonly string[]) => Promise<Readonly<Record<string, string>>>;

/** What they were before: of those that have been rotated. */
export type ReadFormerSecrets = (names: readonly string[]) => Promise<Readonly<Record<string, readonly string[]>>>;

/** Where secrets are read. */
export interface SecretSources {
  readonly read: ReadSecrets;
  /** Those that have been rotated, as they were before, for as long as that is taken: newest first. */
  readonly readFormer: ReadFormerSecrets;
}

/** What the templates may read beside secrets. */
export interface CallValues {
  readonly input?: unknown;
  readonly trigger?: Readonly<Record<string, unknown>>;
}

/** Templates in the config of a trigger, to be worked out within one budget. Those that read no call are `FixedTexts`. */
export class TriggerTexts {
  readonly #programs: readonly (Program | null)[];
  readonly #budget = new Budget(EVALUATION);

  /** `secrets`: those that the templates name. */
  constructor(
    templates: readonly string[],
    private readonly secrets: Readonly<Record<string, string>> = {},
  ) {
    this.#programs = templates.map(compiled);
  }

  /** The text of the template at `index`; null when there is none: a secret that does not exist, an error, another value. */
  evaluate(index: number, values: CallValues = {}): string | null {
    try {
      const scope = { ...values, secrets: this.secrets, variables: {}, steps: {} };
      const value = this.#programs[index]?.evaluate(scope, { budget: this.#budget });
      if (typeof value === 'string' || typeof value === 'number' || value instanceof ExactNumber) return String(value);
    } catch {
      // Falls through: there is no text.
    }
    return null;
  }

  /** All of them, in order. */
  evaluateAll(): (string | null)[] {
    return this.#programs.map((_, index) => this.evaluate(index));
  }
}

/** Compares in constant time, whatever the lengths. */
export function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** The names of the secrets that templates read. */
export function secretsNamedIn(templates: readonly string[]): string[] {
  const programs = templates.map(compiled);
  return [...new Set(programs.flatMap((program) => (program === null ? [] : secretsOf(program))))];
}

/** Null for what never gives a text. */
function compiled(template: string): Program | null {
  try {
    return template.length > LIMITS.triggerTemplateLength ? null : compileTemplate(template);
  } catch {
    return null;
  }
}

function secretsOf(program: Program): string[] {
  return program.references.flatMap(({ kind, root, path: [name] }) =>
    kind === 'root' && root === 'secrets' && typeof name === 'string' ? [name] : [],
  );
}
