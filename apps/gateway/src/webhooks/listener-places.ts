import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import { LIVE_BOUNDS_OF_PROCESS, type LiveBounds } from '../live/live-bounds.js';

/** How many listen to addresses in this process: what they are shown is held in memory until they take it. */
@Injectable()
export class ListenerPlaces {
  readonly #byOrganisation = new Map<string, number>();
  #all = 0;

  constructor(@Inject(LIVE_BOUNDS_OF_PROCESS) private readonly bounds: LiveBounds) {}

  /** Takes a place, and returns what gives it back. Throws TOO_MANY_STREAMS. */
  take(organisationId: string): () => void {
    const own = this.#byOrganisation.get(organisationId) ?? 0;
    const { listeners, listenersPerOrganisation } = this.bounds;
    if (own >= listenersPerOrganisation) throw tooMany(listenersPerOrganisation);
    if (this.#all >= listeners) throw tooMany(listeners);
    this.#byOrganisation.set(organisationId, own + 1);
    this.#all++;
    return () => this.#giveBack(organisationId);
  }

  #giveBack(organisationId: string): void {
    const left = (this.#byOrganisation.get(organisationId) ?? 1) - 1;
    if (left > 0) this.#byOrganisation.set(organisationId, left);
    else this.#byOrganisation.delete(organisationId);
    this.#all--;
  }
}

function tooMany(limit: number): AppError {
  return new AppError('TOO_MANY_STREAMS', { details: { limit } });
}
