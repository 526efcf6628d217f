import { LIMITS } from '@millrace/contracts';

/** Counts the calls that are remembered to wait. No organisation has more of them than are free, so that there is always room for others. */
export class WaitingCalls {
  #all = 0;
  readonly #byOrganisation = new Map<string, number>();

  /** Whether there was room for one more of the organisation. */
  add(organisationId: string): boolean {
    const own = this.#byOrganisation.get(organisationId) ?? 0;
    if (own >= LIMITS.originTurnsWaiting - this.#all) return false;
    this.#all++;
    this.#byOrganisation.set(organisationId, own + 1);
    return true;
  }

  remove(organisationId: string): void {
    const left = (this.#byOrganisation.get(organisationId) ?? 1) - 1;
    this.#all--;
    if (left > 0) this.#byOrganisation.set(organisationId, left);
    else this.#byOrganisation.delete(organisationId);
  }
}
