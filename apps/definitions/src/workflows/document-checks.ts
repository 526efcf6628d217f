import { setImmediate as othersFirst } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import type { Locate } from '@millrace/schema';
import { checkedDocument, type CheckedDocument } from './document-check.js';
import { KnownNamesReader } from './known-names.js';
import { KeyedQueue, QueueFull } from './keyed-queue.js';
import { tooManySaves } from './workflows.errors.js';

/**
 * Checks documents, of each organisation one at a time. A check takes the processor until it ends, up to a few tenths of a
 * second for the worst document there can be: between two of one organisation others that wait have a turn.
 */
@Injectable()
export class DocumentChecks {
  private readonly queue = new KeyedQueue(LIMITS.savesPerOrganisation);

  constructor(@Inject(KnownNamesReader) private readonly names: Pick<KnownNamesReader, 'of'>) {}

  /** Throws INVALID_INPUT with every problem, and SERVICE_UNAVAILABLE when too many of the organisation wait. */
  async check(organisationId: string, document: unknown, locate?: Locate): Promise<CheckedDocument> {
    const names = await this.names.of(organisationId);
    return this.inTurn(organisationId, () => checkedDocument(document, names, locate));
  }

  /** Does other work with documents of an organisation when its turn comes. Throws SERVICE_UNAVAILABLE when too many of the organisation wait. */
  async inTurn<Result>(organisationId: string, work: () => Result): Promise<Result> {
    try {
      return await this.queue.run(organisationId, async () => {
        await othersFirst();
        return work();
      });
    } catch (error) {
      throw error instanceof QueueFull ? tooManySaves() : error;
    }
  }
}
