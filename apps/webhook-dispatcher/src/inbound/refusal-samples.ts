const WINDOW_MS = 60_000;
/** Of one organisation, in a window: its addresses and the reasons to refuse are many. */
const MOST_OF_ORGANISATION = 20;
/** What is remembered of a window, in all. Beyond, nothing more is sampled until it ends. */
const MOST_SAMPLES = 10_000;

/** Chooses which refused calls are announced to subscribers: of each address and reason one in a minute, and not more than 20 of an organisation. */
export class RefusalSamples {
  #window = 0;
  readonly #seen = new Set<string>();
  readonly #ofOrganisation = new Map<string, number>();

  /** Whether a refusal is one that is announced. `now` in milliseconds since the epoch. */
  take(organisationId: string, webhookId: string, code: string, now: number): boolean {
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#seen.clear();
      this.#ofOrganisation.clear();
    }
    const sample = `${webhookId} ${code}`;
    const taken = this.#ofOrganisation.get(organisationId) ?? 0;
    if (this.#seen.has(sample) || taken >= MOST_OF_ORGANISATION || this.#seen.size >= MOST_SAMPLES) return false;
    this.#seen.add(sample);
    this.#ofOrganisation.set(organisationId, taken + 1);
    return true;
  }
}
