/** What the mail house keeps and shows; docs/limits.md has a line for each. */
export const HOUSE_LIMITS = {
  messageBytes: 26_214_400,
  recipients: 1_000,
  connections: 100,
  keptMessages: 1_000,
  keptBytes: 268_435_456,
  leastFreeBytes: 67_108_864,
  headBytes: 262_144,
  shownBytes: 5_242_880,
};
