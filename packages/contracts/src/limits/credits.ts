/** Of credits: what organisations may spend on models. */
export const CREDIT_LIMITS = {
  /** Largest balance, and largest change of one; INVALID_INPUT beyond. In credits, a million of which are a US dollar. */
  credits: 1_000_000_000_000,
  /** Calls of models of one organisation that may be under way, or whose charge is not in the ledger yet, a count; CREDITS_BUSY beyond. */
  creditReservations: 500,
  /** Charges by which a repetition of the same call is recognised, a count: the newest ones. */
  creditsRemembered: 1_000,
  /** How long they are remembered, in milliseconds: longer than it takes until another executor takes an execution over. */
  creditsRememberedMs: 15 * 60_000,
  /** Changes of a balance by which a repetition of the same request is recognised, a count: the newest ones of the last `idempotencyKeyMs`. */
  creditChangesRemembered: 100,
  /** How long credits stay reserved for a call that gives no sign, in milliseconds: longer than a call may take whose step has no `timeout`. */
  creditReservationMs: 5 * 60_000,
  /** How long at most, in milliseconds, where the step has a longer `timeout`. */
  creditReservationMostMs: 24 * 60 * 60_000,
  /** `credits.low` is announced below such a share of what the balance was when it was raised last. */
  creditsLowPercent: 10,
  /** Characters of the note of a change; INVALID_INPUT beyond. */
  creditNoteCharacters: 200,
  /** Days of one question about usage that is grouped by day, a count; INVALID_INPUT beyond. */
  creditUsageDays: 366,
  /** The same where it is grouped by anything else. */
  creditUsageGroupedDays: 92,
  /** Groups of one answer about usage, a count: those with the highest costs. */
  creditUsageGroups: 1_000,
  /** Workflows, models and labels of one organisation that are told apart in one day, a count of each; others are counted together. */
  creditUsageNames: 1_000,
} as const;
