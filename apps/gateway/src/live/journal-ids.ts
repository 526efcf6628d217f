import type { Place, PlaceIds } from './place-ids.js';

/** The id that history has for an event of an execution. */
export function journalIdOf({ sequence, position }: Place): string {
  return `${sequence}-${position}`;
}

/** The id that callers see, of the one that history has. */
export function toldId(places: PlaceIds, journalId: string): string {
  const [sequence = 0, position = 0] = journalId.split('-').map(Number);
  return places.idOf({ sequence, position });
}
