import type { ApprovalResource } from '@millrace/contracts';
import { approvalPage, noApprovalPage, PAGE_HEADERS } from './approval-page.js';

const PENDING: ApprovalResource = {
  id: 'appr_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e',
  execution_id: 'exec_01m887wqp5fkp3j7e18anavgww',
  workflow_id: 'wf_01kaxh3v9m0000000000000001',
  step_path: 'allow',
  status: 'pending',
  message: 'Pay 812 €?',
  data: null,
  approvers: ['ada@example.com', 'bob@example.com'],
  required: 2,
  decisions: [],
  mails: [],
  requested_at: '2026-11-25T09:00:00.061Z',
  expires_at: '2026-11-28T09:00:00.060Z',
  decided_at: null,
};
const ATTACK = `</title><script>alert(1)</script>"'&`;

describe('the page of a link', () => {
  test('runs nothing of what the workflow wrote, wherever that is', () => {
    const data = { [ATTACK]: ATTACK, list: [ATTACK] };
    const page = approvalPage({ ...PENDING, message: ATTACK, data }, ATTACK);
    expect(page).not.toContain('<script');
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(6);
    expect(page).not.toContain(ATTACK);
    expect(approvalPage({ ...PENDING, data: ATTACK }, 'ada@example.com')).not.toContain('<script');
  });

  test('has buttons only for whom it can still be decided by, and names no others', () => {
    const decision = { by: 'ada@example.com', approved: true, comment: 'secret remark', at: PENDING.requested_at };
    const decided = { ...PENDING, decisions: [decision] };
    expect(approvalPage(PENDING, 'ada@example.com')).toContain('<button');
    expect(approvalPage(decided, 'ada@example.com')).toContain('You have approved it');
    expect(approvalPage(decided, 'ada@example.com')).not.toContain('<button');
    const other = approvalPage(decided, 'bob@example.com');
    expect(other).toContain('1 of 2 approvals');
    expect(other).toContain('<button');
    expect(other).not.toMatch(/ada@|secret remark/);
    for (const status of ['approved', 'rejected', 'expired', 'cancelled'] as const)
      expect(approvalPage({ ...PENDING, status }, 'bob@example.com')).not.toContain('<button');
    expect(noApprovalPage()).not.toContain('<button');
  });

  test('loads nothing, is in no frame, and gives nobody its address', () => {
    expect(PAGE_HEADERS['Content-Security-Policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(PAGE_HEADERS['Content-Security-Policy']).not.toMatch(/unsafe|script-src/);
    expect(PAGE_HEADERS).toMatchObject({ 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' });
  });
});
