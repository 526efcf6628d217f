const MINUTE_MS = 60_000;
/** Lines of one kind that an organisation may have in a minute. */
const MOST_LINES = 5;
/** Organisations and kinds that are counted; beyond, counting begins anew. */
const MOST_COUNTED = 10_000;

interface Counted {
  readonly since: number;
  lines: number;
  leftOut: number;
}

/**
 * Bounds the lines of the log that an organisation can cause as often as it likes, by workflows that fail and servers of its own that do: it must not push
 * out of the log what others look for there, nor fill the disk. The first line of the next minute says how many were left out.
 */
export class OwnerLines {
  readonly #counted = new Map<string, Counted>();

  /** @param now milliseconds, of a clock that nobody sets */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What a line of this kind says besides, or null when it is to be left out. */
  take(organisationId: string, kind: string): { readonly organisationId: string; readonly leftOut?: number } | null {
    const key = `${organisationId} ${kind}`;
    const now = this.now();
    const known = this.#counted.get(key);
    if (known !== undefined && now - known.since < MINUTE_MS) {
      if (known.lines < MOST_LINES) {
        known.lines++;
        return { organisationId };
      }
      known.leftOut++;
      return null;
    }
    if (known === undefined && this.#counted.size >= MOST_COUNTED) this.#counted.clear();
    this.#counted.set(key, { since: now, lines: 1, leftOut: 0 });
    return known === undefined || known.leftOut === 0 ? { organisationId } : { organisationId, leftOut: known.leftOut };
  }
}
