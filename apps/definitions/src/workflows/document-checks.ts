import { setImmediate as othersFirst, setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import type { Locate } from '@millrace/schema';
import { checkedDocument, type CheckedDocument } from './document-check.js';
import { KnownNamesReader } from './known-names.js';
import { KeyedQueue, QueueFull } from './keyed-queue.js';
import { tooManySaves } from './workflows.errors.js';

/** A piece of work from this length on is followed by a rest. Milliseconds. */
const LONG_MS = 20;
/** One of this length others notice, since nothing else is done meanwhile. */
const NOTICED_MS = 200;
/** For so many times as long as a piece took, its organisation has no turn: after one that others have noticed they are to get on with all that has come. */
const REST = 1;
const REST_OF_NOTICED = 3;
const LONGEST_REST_MS = 10_000;

/**
 * Checks documents, of each organisation one at a time. A piece of that takes the processor until it ends, up to a second or more for the worst YAML there can be.
 * Between two of one organisation others have as much time as such a piece took, so that one organisation never has more than about half of it, and no more than a quarter by pieces that others notice.
 */
@Injectable()
export class DocumentChecks {
  readonly #queue = new KeyedQueue(LIMITS.savesPerOrganisation);

  constructor(@Inject(KnownNamesReader) private readonly names: Pick<KnownNamesReader, 'of'>) {}

  /** Throws INVALID_INPUT with every problem, and SERVICE_UNAVAILABLE when too many of the organisation wait. */
  async check(organisationId: string, document: unknown, locate?: Locate): Promise<CheckedDocument> {
    const names = await this.names.of(organisationId, document);
    return this.inTurn(organisationId, () => checkedDocument(document, names, locate));
  }

  /** Does other work with documents of an organisation when its turn comes. Throws SERVICE_UNAVAILABLE when too many of the organisation wait. */
  inTurn<Result>(organisationId: string, work: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const turn = this.#queue.run(organisationId, async () => {
        await othersFirst();
        const began = performance.now();
        try {
          resolve(work());
        } catch (error) {
          reject(asError(error));
        }
        await rest(performance.now() - began);
      });
      turn.catch((error: unknown) => reject(error instanceof QueueFull ? tooManySaves() : asError(error)));
    });
  }
}

async function rest(took: number): Promise<void> {
  const times = took >= NOTICED_MS ? REST_OF_NOTICED : REST;
  if (took >= LONG_MS) await sleep(Math.min(times * took, LONGEST_REST_MS));
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
