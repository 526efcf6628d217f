import type { ExecutionEvent } from '@millrace/contracts';
import { ApprovalLedger, resourceOf } from './approval-ledger.js';

const at = '2026-11-27T09:00:00.000Z';
const LATER = '2026-11-27T10:00:00.000Z';
const asks = (path: string, id = path, attempt = 1): ExecutionEvent => ({
  ...{
    type: 'step_waiting',
    at,
    path,
    step_type: 'approval',
    started_at: at,
    attempt,
    waits_for: 'approval',
    until: LATER,
  },
  frozen: { approval: { id, message: 'May it?', required: 2, on_rejection: 'continue', on_expiry: 'reject' } },
});
const decides = (id: string, by: string, outcome?: 'approved' | 'rejected' | 'expired'): ExecutionEvent => ({
  ...{ type: 'approval_decided', at: LATER, path: id, approval_id: id, decision_id: `${id} ${by}`, by },
  ...{ decision: outcome ?? 'approved', ...(outcome === undefined ? {} : { outcome }) },
});
const ends = (path: string, type: 'step_completed' | 'step_failed', step_type: string): ExecutionEvent =>
  type === 'step_completed'
    ? { type, at: LATER, path, step_type, started_at: at, attempt: 1 }
    : { type, at: LATER, path, step_type, started_at: at, attempt: 1, error: { code: 'STEP_TIMEOUT', message: '' } };

function statusesAfter(...events: ExecutionEvent[]): Record<string, string> {
  const ledger = new ApprovalLedger();
  ledger.add(events);
  const of = { executionId: 'exec_1', workflowId: 'wf_1' };
  const ids = ['a', 'all.left.a', 'all.right.b', 'all_else'];
  const found = ids.flatMap((id) => {
    const approval = ledger.find(id);
    return approval === undefined ? [] : [[id, resourceOf(approval, of).status]];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

describe('what a journal says about approvals', () => {
  it('is pending until a decision has an outcome, and nothing counts behind that', () => {
    expect(statusesAfter(asks('a'), decides('a', 'ada'))).toEqual({ a: 'pending' });
    expect(statusesAfter(asks('a'), decides('a', 'ada'), decides('a', 'bob', 'approved'))).toEqual({ a: 'approved' });
    const both = [asks('a'), decides('a', 'bob', 'rejected'), decides('a', 'ada', 'approved')];
    expect(statusesAfter(...both)).toEqual({ a: 'rejected' });
    const ledger = new ApprovalLedger();
    ledger.add(both);
    expect(ledger.find('a')?.decisions.map(({ by }) => by)).toEqual(['bob']);
  });

  it('has expired without a decision of anybody', () => {
    const ledger = new ApprovalLedger();
    ledger.add([asks('a'), decides('a', '', 'expired')]);
    expect(ledger.find('a')).toMatchObject({ outcome: 'expired', decisions: [], closedAt: LATER });
  });

  it('is cancelled with its step, what that is inside of, and the execution; not with what only has a name like that', () => {
    expect(statusesAfter(asks('a'), ends('a', 'step_failed', 'approval'))).toEqual({ a: 'cancelled' });
    const inside = [asks('all.left.a'), asks('all.right.b'), asks('all_else')];
    expect(statusesAfter(...inside, ends('all', 'step_failed', 'parallel'))).toEqual({
      'all.left.a': 'cancelled',
      'all.right.b': 'cancelled',
      all_else: 'pending',
    });
    expect(statusesAfter(asks('a'), { type: 'cancelled', at })).toEqual({ a: 'cancelled' });
    expect(statusesAfter(asks('a'), decides('a', 'ada', 'approved'), { type: 'cancelled', at })).toEqual({
      a: 'approved',
    });
  });

  it('takes an outcome that only a newer version knows for no approval', () => {
    const odd = { ...decides('a', 'ada', 'approved'), outcome: 'forwarded' } as unknown as ExecutionEvent;
    expect(statusesAfter(asks('a'), odd)).toEqual({ a: 'rejected' });
  });
});
