import { AppError, LIMITS } from '@millrace/contracts';

/**
 * Bounds the downloads that go on at once: each holds pieces of its file for as long as its reader takes, however slowly. None waits for
 * another: a slow reader may take a minute.
 */
export class OpenDownloads {
  readonly #openOf = new Map<string, number>();
  #open = 0;

  /** Returns the function that says that it is over. Throws SERVICE_UNAVAILABLE. */
  begin(organisationId: string): () => void {
    const own = this.#openOf.get(organisationId) ?? 0;
    if (this.#open >= LIMITS.downloadsAtOnce || own >= LIMITS.organisationDownloadsAtOnce) throw busy();
    this.#open++;
    this.#openOf.set(organisationId, own + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#open--;
      const left = (this.#openOf.get(organisationId) ?? 1) - 1;
      if (left > 0) this.#openOf.set(organisationId, left);
      else this.#openOf.delete(organisationId);
    };
  }
}

function busy(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'Too many files are being downloaded at the moment; try again when others have been read',
    details: { service: 'gateway' },
  });
}
