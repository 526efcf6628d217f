import { setTimeout as sleep } from 'node:timers/promises';
import { platformTargets, scrape, type Scrape, type Target } from './targets.js';

/** When something was seen: without the fault, with it, and once it is over. */
export type Phase = 'before' | 'during' | 'after';

/** What was seen at one time. */
export interface Frame {
  readonly phase: Phase;
  readonly scrape: Scrape;
}

const BETWEEN_MS = 300;

/** What Prometheus would have seen of the platform while a fault came and went: scrapes in their order. */
export class Film {
  readonly frames: Frame[] = [];
  readonly #gone = new Set<string>();
  #more: readonly Target[] = [];

  /** Begins with two scrapes of the platform as it is, and of these processes beside it, after one that is thrown away: some values are of the time since the last one. */
  static async begin(besides: readonly Target[] = []): Promise<Film> {
    const film = new Film();
    film.with(besides);
    await scrape(film.#targets());
    await film.take('before', 2);
    return film;
  }

  /** From now on processes of this service are not listed any more, as those of pods that were deleted. */
  forget(service: string): void {
    this.#gone.add(service);
  }

  /** All processes of the platform are listed again. */
  remember(): void {
    this.#gone.clear();
  }

  /** From now on these processes are listed besides. */
  with(targets: readonly Target[]): void {
    this.#more = targets;
  }

  async take(phase: Phase, count = 1): Promise<void> {
    for (let taken = 0; taken < count; taken++) {
      this.frames.push({ phase, scrape: await scrape(this.#targets()) });
      await sleep(BETWEEN_MS);
    }
  }

  #targets(): Target[] {
    return [...platformTargets().filter(({ service }) => !this.#gone.has(service)), ...this.#more];
  }
}
