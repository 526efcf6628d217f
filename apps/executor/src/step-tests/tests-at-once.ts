import { AppError, LIMITS } from '@millrace/contracts';

/** How many steps are tried at once in this process. Nobody waits: who tries a step can try again. */
export class TestsAtOnce {
  readonly #running = new Map<string, number>();
  #all = 0;

  /** Returns what ends the test; call that once, whatever happens. Throws RATE_LIMIT_EXCEEDED. */
  begin(organisationId: string): () => void {
    const own = this.#running.get(organisationId) ?? 0;
    if (this.#all >= LIMITS.stepTestsAtOnce || own >= LIMITS.stepTestsAtOncePerOrganisation)
      throw new AppError('RATE_LIMIT_EXCEEDED', {
        message: 'Too many steps are being tried at this moment; try again when one of them has ended',
      });
    this.#all++;
    this.#running.set(organisationId, own + 1);
    return () => {
      this.#all--;
      const left = (this.#running.get(organisationId) ?? 1) - 1;
      if (left === 0) this.#running.delete(organisationId);
      else this.#running.set(organisationId, left);
    };
  }
}
