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
  // The journal tells of it again.
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
