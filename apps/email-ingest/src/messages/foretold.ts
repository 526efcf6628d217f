import { AppError, type MailboxVerdict } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { admitStart } from '@millrace/service-kit/start-execution';
import { requireStarts } from '@millrace/service-kit/starts';
import type { DecidedByHead } from './decided-by-head.js';
import { failedByAttachment, startedBy } from './matching.js';
import { ATTACHMENT_UNKNOWN, finalRefusal, noTriggerReason, refusalsReason } from './outcome-reasons.js';

/** What would become of a message. */
export interface Foretold {
  readonly verdict: MailboxVerdict;
  readonly reason: string | null;
  /** Those that it would start. */
  readonly workflowIds: string[];
}

/** Says what would become of messages of an organisation if they were dealt with now. Each workflow is asked about once. */
export class Foretelling {
  readonly #refusals = new Map<string, Promise<unknown>>();

  constructor(
    private readonly bus: Pick<Bus, 'snapshots'>,
    private readonly organisationId: string,
  ) {}

  /** `hasAttachment`: null where nobody knows, or where it is all the same. Throws SERVICE_UNAVAILABLE. */
  async of(decided: DecidedByHead, hasAttachment: boolean | null): Promise<Foretold> {
    const { settled, candidates } = decided;
    if (settled !== null) return { verdict: settled.verdict, reason: settled.reason ?? null, workflowIds: [] };
    const chosen = startedBy(candidates, hasAttachment);
    if (chosen.length === 0) return unstarted(hasAttachment, decided);
    const workflowIds: string[] = [];
    const refusals: string[] = [];
    for (const workflowId of chosen) {
      const error = await this.#refusal(workflowId);
      const refusal = finalRefusal(workflowId, error);
      if (refusal !== null) refusals.push(refusal);
      else if (error instanceof AppError)
        return { verdict: 'pending', reason: `It waits: ${error.message} (${error.code})`, workflowIds: [] };
      else workflowIds.push(workflowId);
    }
    const verdict = workflowIds.length > 0 ? 'started' : 'refused';
    return { verdict, reason: refusalsReason(refusals), workflowIds };
  }

  /** What a start of the workflow would end with; null for one that would start. */
  async #refusal(workflowId: string): Promise<unknown> {
    const known = this.#refusals.get(workflowId) ?? this.#tried(workflowId);
    this.#refusals.set(workflowId, known);
    return known;
  }

  async #tried(workflowId: string): Promise<unknown> {
    const workflow = { organisation_id: this.organisationId, workflow_id: workflowId };
    const trigger = { type: 'email', mailbox_id: '', message_id: '' } as const;
    try {
      await requireStarts(this.bus.snapshots);
      await admitStart(this.bus, null, { trigger, workflow });
      return null;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'SERVICE_UNAVAILABLE') throw error;
      return error;
    }
  }
}

function unstarted(hasAttachment: boolean | null, { candidates, failed }: DecidedByHead): Foretold {
  if (hasAttachment === null) return { verdict: 'pending', reason: ATTACHMENT_UNKNOWN, workflowIds: [] };
  const reason = noTriggerReason([...failedByAttachment(candidates, hasAttachment), ...failed]);
  return { verdict: 'no_trigger', reason, workflowIds: [] };
}
