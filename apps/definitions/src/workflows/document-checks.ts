import { Inject, Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import type { Locate } from '@millrace/schema';
import { checkedDocument, type CheckedDocument } from './document-check.js';
import { QueueFull } from './keyed-queue.js';
import { KnownNamesReader } from './known-names.js';
import { PacedTurns } from './paced-turns.js';
import { tooManySaves } from './workflows.errors.js';

/** Checks documents, of each organisation one at a time: a piece of that takes up to a second or more for the worst YAML there can be. */
@Injectable()
export class DocumentChecks {
  readonly #turns = new PacedTurns(LIMITS.savesPerOrganisation);

  constructor(@Inject(KnownNamesReader) private readonly names: Pick<KnownNamesReader, 'of'>) {}

  /** Throws INVALID_INPUT with every problem, and SERVICE_UNAVAILABLE when too many of the organisation wait. */
  async check(organisationId: string, document: unknown, locate?: Locate): Promise<CheckedDocument> {
    const names = await this.names.of(organisationId, document);
    return this.inTurn(organisationId, () => checkedDocument(document, names, locate));
  }

  /** Does other work with documents of an organisation when its turn comes. Throws SERVICE_UNAVAILABLE when too many of the organisation wait. */
  async inTurn<Result>(organisationId: string, work: () => Result): Promise<Result> {
    try {
      return await this.#turns.run(organisationId, work);
    } catch (error) {
      throw error instanceof QueueFull ? tooManySaves() : error;
    }
  }
}
