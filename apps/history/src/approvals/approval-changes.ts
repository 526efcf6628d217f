import { approvalRequestIn, isEnd, type ExecutionEvent } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { marksOf } from '@millrace/schema';
import type { Entry } from '../executions/entries.js';
import { decisionIn, mailIn, outcomeIn } from './approval-ledger.js';
import type { ApprovalChange } from './approvals.repository.js';

/** What a batch has of one execution. */
export interface ApprovalPart {
  readonly executionId: string;
  readonly organisationId: string;
  readonly entries: readonly Entry[];
}

/** The end of a step, with all that is inside of it, or of the execution: then `path` is null. */
export interface Closing {
  readonly path: string | null;
  readonly at: Date;
}

/** Whether anything in the part is about approvals. */
export function asksPeople({ entries }: ApprovalPart): boolean {
  return entries.some(({ events }) => events.some(isAboutApproval));
}

function isAboutApproval(event: ExecutionEvent): boolean {
  if (event.type === 'approval_decided' || event.type === 'approval_mailed') return true;
  return event.type === 'step_waiting' && event.waits_for === 'approval';
}

/** What the events of a part change in the records of approvals, whatever was written before: in any order they give the same. */
export function changesIn(
  { executionId: exec, organisationId: org, entries }: ApprovalPart,
  wf: string,
): ApprovalChange[] {
  const changes = new Map<string, { set: Record<string, unknown>; path: string }>();
  const changeOf = (id: string, path: string): Record<string, unknown> => {
    const change = changes.get(id) ?? { set: {}, path };
    changes.set(id, change);
    return change.set;
  };
  for (const { sequence, events } of entries)
    events.forEach((event, index) => {
      if (event.type === 'step_waiting') noteRequest(event, changeOf);
      else if (event.type === 'approval_decided' && event.approval_id !== undefined)
        noteDecision(event, `${sequence}-${index}`, changeOf(event.approval_id, event.path ?? ''));
      else if (event.type === 'approval_mailed')
        changeOf(event.approval_id, event.path)[`mails.${sequence}-${index}`] = stringifyJson(mailIn(event));
    });
  return [...changes].map(([id, { set, path }]) => ({
    id,
    set,
    insert: { org, exec, wf, ...missing({ path, status: 'pending' }, set) },
  }));
}

function noteRequest(
  event: Extract<ExecutionEvent, { type: 'step_waiting' }>,
  changeOf: (id: string, path: string) => Record<string, unknown>,
): void {
  const request = approvalRequestIn(event);
  if (request === null) return;
  const set = changeOf(request.id, event.path);
  set['path'] = event.path;
  set['requested_at'] = new Date(event.at);
  set['expires_at'] = new Date(event.until ?? event.at);
  set['request'] = stringifyJson(request);
}

function noteDecision(
  event: Extract<ExecutionEvent, { type: 'approval_decided' }>,
  place: string,
  set: Record<string, unknown>,
): void {
  const decision = decisionIn(event);
  if (decision !== null) set[`decisions.${place}`] = stringifyJson(decision);
  const outcome = outcomeIn(event);
  if (outcome === null) return;
  set['status'] = outcome;
  set['decided_at'] = new Date(event.at);
}

/** Those of some members that are not set. */
function missing(members: Record<string, unknown>, set: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !Object.hasOwn(set, name)));
}

/** Ends after which approvals that are open stay undecided. */
export function closingsIn({ entries }: ApprovalPart): Closing[] {
  return entries.flatMap(({ events }) =>
    events.flatMap((event): Closing[] => {
      if (isEnd(event)) return [{ path: null, at: new Date(event.at) }];
      if (event.type !== 'step_failed' && event.type !== 'step_completed') return [];
      const { holdsSteps, reaches } = marksOf(event.step_type);
      // Where what holds others ends, nobody waits for these any more.
      const ends = holdsSteps || (event.type === 'step_failed' && reaches === 'people');
      return ends ? [{ path: event.path, at: new Date(event.at) }] : [];
    }),
  );
}
