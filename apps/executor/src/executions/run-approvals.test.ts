import type { ApprovalRequest, ExecutionEvent } from '@millrace/contracts';
import { RunApprovals } from './run-approvals.js';

const ASKED = Date.UTC(2026, 0, 1);
const REQUEST: ApprovalRequest = {
  ...{ id: 'appr_1', message: 'May it?', required: 1, on_rejection: 'continue', on_expiry: 'reject' },
  reminders: { every_ms: 1_000, most: 3 },
};
const reminded = (number: number, after: number): ExecutionEvent => ({
  ...{
    type: 'approval_reminded',
    at: new Date(ASKED + after).toISOString(),
    path: 'ask',
    approval_id: 'appr_1',
    number,
  },
});

it('the next reminder follows from the recorded ones, at whole intervals, and one that was late is not made up for', () => {
  const approvals = new RunApprovals();
  const next = () => approvals.nextReminder(REQUEST, ASKED);
  expect(next()).toEqual({ at: ASKED + 1_000, number: 1 });
  approvals.heed([reminded(1, 1_004)]);
  expect(next()).toEqual({ at: ASKED + 2_000, number: 2 });
  approvals.heed([reminded(2, 5_700)]);
  expect(next()).toEqual({ at: ASKED + 6_000, number: 3 });
  // The journal reports it again.
  approvals.replay([reminded(1, 1_004), reminded(2, 5_700)]);
  expect(next()).toEqual({ at: ASKED + 6_000, number: 3 });
  approvals.heed([reminded(3, 6_000)]);
  expect(next()).toBeNull();
});

it('nobody is reminded who does not wish it', () => {
  expect(new RunApprovals().nextReminder({ ...REQUEST, reminders: undefined }, ASKED)).toBeNull();
});

it('nobody is reminded of what was decided before that could be written', () => {
  const approvals = new RunApprovals();
  const events = [reminded(1, 1_000)];
  expect(approvals.permitted(events)).toEqual(events);
  const at = new Date(ASKED).toISOString();
  const decision = { decision: 'approved', outcome: 'approved', approval_id: 'appr_1' } as const;
  approvals.heed([{ type: 'approval_decided', at, ...decision }]);
  expect(approvals.permitted(events)).toEqual([]);
});

describe('the mails that are due', () => {
  const asked: ApprovalRequest = { ...REQUEST, approvers: ['ada@example.com', 'tok_1', 'bob@example.com'], mail: {} };
  const at = new Date(ASKED).toISOString();
  const mailed = (to: string, number: number, attempt: number, retry_at?: string): ExecutionEvent => ({
    ...{ type: 'approval_mailed', at, path: 'ask', approval_id: 'appr_1', to, number, attempt },
    ...{ result: retry_at === undefined ? 'sent' : 'failed', ...(retry_at === undefined ? {} : { retry_at }) },
  });
  const due = (...events: ExecutionEvent[]) => {
    const approvals = new RunApprovals();
    approvals.heed(events);
    return approvals.mailsDue(asked).map(({ to, number, attempt, at }) => [to, number, attempt, at]);
  };
  const [ada, bob] = ['ada@example.com', 'bob@example.com'] as const;

  it('are those of all who have an address, until each is sent or given up', () => {
    expect(due()).toEqual([
      [ada, 0, 1, -Infinity],
      [bob, 0, 1, -Infinity],
    ]);
    const later = new Date(ASKED + 5_000).toISOString();
    expect(due(mailed(ada, 0, 1), mailed(bob, 0, 1, later))).toEqual([[bob, 0, 2, ASKED + 5_000]]);
    // Once more, as by the journal.
    expect(due(mailed(bob, 0, 1, later), mailed(bob, 0, 2), mailed(bob, 0, 1, later))).toEqual([
      [ada, 0, 1, -Infinity],
    ]);
  });

  it('are of the latest reminder, to whom has not decided, and none once it has its outcome', () => {
    const decided = { type: 'approval_decided', at, approval_id: 'appr_1', by: ada, decision: 'approved' } as const;
    expect(due(mailed(ada, 0, 1), reminded(1, 1_000), decided)).toEqual([[bob, 1, 1, -Infinity]]);
    expect(due({ ...decided, outcome: 'approved' })).toEqual([]);
  });

  it('are none where the step sends none', () => {
    expect(new RunApprovals().mailsDue({ ...asked, mail: undefined })).toEqual([]);
  });
});
