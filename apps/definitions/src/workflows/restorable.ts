const DAY_MS = 24 * 60 * 60 * 1_000;

/** What was deleted before then cannot be restored any more. */
export function restorableSince(keepDays: number, now: number): Date {
  return new Date(now - keepDays * DAY_MS);
}

/** Until when a workflow can be restored that was deleted at a time. */
export function restorableUntil(deletedAt: Date, keepDays: number): Date {
  return new Date(deletedAt.getTime() + keepDays * DAY_MS);
}
