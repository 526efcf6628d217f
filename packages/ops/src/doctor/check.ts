/** What one check has found. */
export interface Finding {
  readonly check: string;
  /** `skipped`: it was not given what it needs. `warning`: it runs, and should not stay so. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What to do; null when all is well. */
  readonly cure: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found, cure: null });
export const failed = (check: string, found: string, cure: string): Finding => ({
  check,
  status: 'failed',
  found,
  cure,
});
export const warning = (check: string, found: string, cure: string): Finding => ({
  check,
  status: 'warning',
  found,
  cure,
});

/** A check for which a setting is missing. */
export const skipped = (check: string, setting: string): Finding => ({
  check,
  status: 'skipped',
  found: `${setting} is not set`,
  cure: `set ${setting} as a service has it, to have this checked`,
});

/** What an exception says. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return (error instanceof Error ? error.message : String(error)) + cause;
}
