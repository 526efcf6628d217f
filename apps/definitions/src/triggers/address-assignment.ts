/** A webhook trigger as text, and its address where it has one. */
export interface AddressedTrigger {
  readonly text: string;
  readonly webhookId: string;
}

/**
 * Decides which address each webhook trigger of a new version has, so that addresses survive edits: a trigger that has
 * not changed keeps its own, wherever it is now; of the others, each takes the one of the trigger that was at its
 * position, else a `spare` one of a trigger that was removed. Null where a new address is needed.
 */
export function assignAddresses(
  triggers: readonly string[],
  former: readonly AddressedTrigger[],
  spare: readonly string[],
): (string | null)[] {
  const free = new Set([...former.map((trigger) => trigger.webhookId), ...spare]);
  const take = (webhookId: string | undefined): string | null =>
    webhookId !== undefined && free.delete(webhookId) ? webhookId : null;

  const assigned = triggers.map((text) => {
    const same = former.find((candidate) => candidate.text === text && free.has(candidate.webhookId));
    return take(same?.webhookId);
  });
  for (const [position, webhookId] of assigned.entries()) {
    if (webhookId === null) assigned[position] = take(former[position]?.webhookId);
  }
  // Set iteration is in order of insertion: of the free ones, those that were in use last come first.
  for (const [position, webhookId] of assigned.entries()) {
    if (webhookId === null) assigned[position] = take(free.values().next().value);
  }
  return assigned;
}
