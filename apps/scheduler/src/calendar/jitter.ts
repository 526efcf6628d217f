import { createHash } from 'node:crypto';

/**
 * By how much a start is put off, from 0 to `mostMs`: the same each time somebody asks about the same nominal time of the
 * same schedule, so that replicas agree and a restart changes nothing.
 */
export function jitterOf(schedule: string, nominal: number, mostMs: number): number {
  if (mostMs <= 0) return 0;
  const digest = createHash('sha256').update(`${schedule}@${nominal}`).digest();
  return digest.readUInt32BE(0) % (mostMs + 1);
}
