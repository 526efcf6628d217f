import type { MessageHead } from '../imap/message-head.js';
import { MAIL_LIMITS } from '../limits.js';
import { automaticKind, type AutomaticKind } from './automatic-mail.js';
import type { Outcome } from './ingested-messages.repository.js';
import { candidatesFor, type Candidate, type FailedFilter, type Match, type WorkflowTriggers } from './matching.js';
import { automaticReason, noTriggerReason } from './outcome-reasons.js';

/** What becomes of a message as far as its head decides it. */
export interface DecidedByHead {
  /** What kind of automatic message it is; null for one that is not. */
  readonly automatic: AutomaticKind | null;
  /** The workflows that it may start; none where it is settled. */
  readonly candidates: readonly Candidate[];
  /** Why other workflows that have its address do not take it. */
  readonly failed: readonly FailedFilter[];
  /** What has become of it, where nothing else can; null for one that has to be read. */
  readonly settled: Outcome | null;
}

/** For who deals with a message, and for who only asks what would become of it. `workflows` must not change afterwards. */
export async function decidedByHead(
  head: MessageHead,
  workflows: readonly WorkflowTriggers[],
  organisationId: string,
): Promise<DecidedByHead> {
  const automatic = automaticKind(head.fields, head.from);
  const match = await candidatesFor(head, automatic, workflows, organisationId);
  const settled = settledBy(head, match, match.onlyAutomatic ? automatic : null);
  return { automatic, candidates: settled === null ? match.candidates : [], failed: match.failed, settled };
}

function settledBy({ size }: MessageHead, { candidates, failed }: Match, kind: AutomaticKind | null): Outcome | null {
  if (kind !== null) return { verdict: 'automatic', reason: automaticReason(kind) };
  if (candidates.length === 0) return { verdict: 'no_trigger', reason: noTriggerReason(failed) };
  if (size <= MAIL_LIMITS.largeMessageBytes) return null;
  return {
    verdict: 'too_large',
    reason: `It has ${size} bytes, and at most ${MAIL_LIMITS.largeMessageBytes} are read`,
  };
}
