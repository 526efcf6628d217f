/** Resident memory that a service may take at most, as deploy/local/README.md documents it. MiB. */
const LIMITS: Readonly<Record<string, number>> = {};
const DEFAULT = 768;

export function residentLimit(service: string): number {
  return LIMITS[service] ?? DEFAULT;
}
