/**
 * Replaces the values of secrets in an output, a failure or an Error that is logged. Never changes its argument, and gives
 * the same for the same argument: a step that is run again after a crash leaves the same behind.
 */
export type Redact = <Leaving>(leaving: Leaving) => Leaving;

/**
 * What the executions of a version redact with; null when its texts name no secret, so that nothing is looked through.
 * `secrets` are the names of all secrets that the version reads, not those of one step: a loop hands them on as its items.
 */
export function redactionFor(secrets: readonly string[]): Redact | null {
  if (secrets.length === 0) return null;
  // There are no secrets yet: a text that names one fails, and nothing of it can leave a step.
  return (leaving) => leaving;
}

/** What leaves a step, without secrets. Everything that is recorded, logged or passed on comes from here. */
export function redacted<Leaving>(leaving: Leaving, redact: Redact | null): Leaving {
  return redact === null ? leaving : redact(leaving);
}
