import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, RecordTokenUses } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Principal } from './principal.js';

/** Tokens in one report. */
const BATCH = 1_000;

/** Remembers when tokens were used, and reports it from time to time: one write for all calls of a token in between. */
@Injectable()
export class TokenUses {
  readonly #uses = new Map<string, { organisation_id: string; at: number }>();

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** Notes a use; on the path of every call, so it does no more than that. */
  note({ tokenId, organisationId }: Principal): void {
    const known = this.#uses.get(tokenId);
    if (known) known.at = Date.now();
    else if (this.#uses.size < LIMITS.rateLimitKeys)
      this.#uses.set(tokenId, { organisation_id: organisationId, at: Date.now() });
  }

  /** Reports what was noted since the last report; what could not be reported stays for the next one. Throws SERVICE_UNAVAILABLE. */
  async report(): Promise<void> {
    const noted = [...this.#uses];
    for (let start = 0; start < noted.length; start += BATCH) {
      const batch = noted.slice(start, start + BATCH).map(([token_id, { organisation_id, at }]) => ({
        token_id,
        organisation_id,
        at,
      }));
      const uses = batch.map(({ at, ...token }) => ({ ...token, used_at: new Date(at).toISOString() }));
      await this.bus.request(RecordTokenUses, { uses });
      // One that was used again meanwhile is due again.
      for (const { token_id, at } of batch) if (this.#uses.get(token_id)?.at === at) this.#uses.delete(token_id);
    }
  }
}
