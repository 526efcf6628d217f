import { LIMITS, RecordSecretUses } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { z } from 'zod';
import type { Logger } from '../logging.js';
import { UpkeepLoop, type UpkeepPlan } from '../upkeep-loop.js';

/** Secrets in one report. */
const BATCH = 1_000;

/** The settings of a service that opens secrets of organisations. */
export const secretUsesConfigShape = {
  MILLRACE_SECRET_USE_SECONDS: z.coerce
    .number()
    .min(0.05)
    .default(30)
    .describe('between two reports of when secrets were used last'),
};

interface Use {
  readonly organisation_id: string;
  readonly name: string;
  at: number;
}

/**
 * Remembers when secrets were used, and reports it to their owner from time to time: one message for all uses of all secrets in between. What was
 * noted since the last report is lost when the process dies.
 */
export class SecretUses extends UpkeepLoop {
  readonly #uses = new Map<string, Map<string, Use>>();
  #count = 0;

  constructor(
    logger: Pick<Logger, 'info' | 'warn'>,
    private readonly bus: Pick<Bus, 'request'>,
    private readonly everyMs: number,
    private readonly now: () => number = Date.now,
  ) {
    super(logger);
  }

  /** Notes a use; on the path of every execution that has secrets, so it does no more than that. */
  note(organisationId: string, name: string): void {
    let uses = this.#uses.get(organisationId);
    if (uses === undefined) this.#uses.set(organisationId, (uses = new Map<string, Use>()));
    const known = uses.get(name);
    if (known) known.at = this.now();
    else if (this.#count < LIMITS.rateLimitKeys) {
      uses.set(name, { organisation_id: organisationId, name, at: this.now() });
      this.#count++;
    }
  }

  /** Reports what was noted since the last report; what could not be reported stays for the next one. Throws SERVICE_UNAVAILABLE. */
  async report(): Promise<void> {
    const noted = [...this.#uses.values()].flatMap((uses) => [...uses.values()]);
    for (let start = 0; start < noted.length; start += BATCH) {
      const batch = noted.slice(start, start + BATCH).map((use) => ({ ...use }));
      const uses = batch.map(({ at, ...use }) => ({ ...use, used_at: new Date(at).toISOString() }));
      await this.bus.request(RecordSecretUses, { uses });
      for (const use of batch) this.#reported(use);
    }
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing', run: async () => undefined },
      tasks: [{ name: 'Reporting the use of secrets', everyMs: this.everyMs, run: () => this.report() }],
    };
  }

  /** One that was used again meanwhile is due again. */
  #reported({ organisation_id, name, at }: Use): void {
    const uses = this.#uses.get(organisation_id);
    if (uses?.get(name)?.at !== at) return;
    uses.delete(name);
    this.#count--;
    if (uses.size === 0) this.#uses.delete(organisation_id);
  }
}
