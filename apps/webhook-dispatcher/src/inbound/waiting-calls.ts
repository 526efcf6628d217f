import { LIMITS } from '@millrace/contracts';
import type { WebhookCallRecord } from './webhook-call.schema.js';

/** Calls that wait to be written down, bounded in all and for each organisation, so that neither a flood nor an absent database takes the memory. */
export class WaitingCalls {
  #calls: WebhookCallRecord[] = [];
  readonly #ofOrganisation = new Map<string, number>();

  get size(): number {
    return this.#calls.length;
  }

  /** False when there is no room: the call is not listed. */
  add(call: WebhookCallRecord): boolean {
    const own = this.#ofOrganisation.get(call.organisation_id) ?? 0;
    if (this.#calls.length >= LIMITS.webhookCallsWaiting || own >= LIMITS.webhookCallsWaitingOfOrganisation)
      return false;
    this.#calls.push(call);
    this.#ofOrganisation.set(call.organisation_id, own + 1);
    return true;
  }

  /** The oldest ones, at most so many. They stay until {@link written}. */
  oldest(count: number): readonly WebhookCallRecord[] {
    return this.#calls.slice(0, count);
  }

  /** Takes the oldest `count` away. */
  written(count: number): void {
    for (const { organisation_id } of this.#calls.slice(0, count)) {
      const left = (this.#ofOrganisation.get(organisation_id) ?? 0) - 1;
      if (left > 0) this.#ofOrganisation.set(organisation_id, left);
      else this.#ofOrganisation.delete(organisation_id);
    }
    this.#calls = this.#calls.slice(count);
  }
}
