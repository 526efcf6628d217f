const TIMEOUT_MS = 10_000;

/** What `/health/details` of a process says. */
export interface ProcessDetails {
  readonly now: string;
  readonly failure?: string;
  /** Each as `collection {"key":1}`. */
  readonly indexes?: { readonly missing: readonly string[]; readonly extra: readonly string[] };
  /** Those that have to be the same in all processes; older releases do not show them. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Asks the process whose operations port is there. Rejects when nobody responds. */
export async function askProcess(url: string): Promise<ProcessDetails> {
  const response = await fetch(new URL('/health/details', url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return (await response.json()) as ProcessDetails;
}
