import type { ApprovalDecision, ApprovalOutcome, ApprovalRequest } from '@millrace/contracts';
import { stepDefinitions, type ConfigInputOf } from '@millrace/schema';
import { aScope, options } from '../../test/support/scope.js';
import { approval } from './approval.step.js';

/** When the first attempt began, and this one. */
const FIRST = Date.UTC(2025, 11, 1);
const BEGAN = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

function plan(config: ConfigInputOf<'approval'>, input: unknown = {}) {
  return approval().compile(stepDefinitions.approval.config.parse(config))(aScope({ input }), options)(FIRST, BEGAN);
}

function outcome(result: ApprovalOutcome, rest: Partial<ApprovalRequest> = {}): unknown {
  const asked: ApprovalRequest = {
    id: 'appr_1',
    message: 'May it?',
    required: 1,
    on_rejection: 'continue',
    on_expiry: 'reject',
    ...rest,
  };
  const decisions: ApprovalDecision[] =
    result === 'expired'
      ? []
      : [{ by: 'ada', approved: result === 'approved', comment: null, at: '2026-01-01T00:00:00Z' }];
  return approval().outcome({ waitsFor: 'approval', asked, ended: { outcome: result, decisions } });
}

describe('approval', () => {
  it('asks what its texts give, for three days where it says nothing else', () => {
    expect(plan({ message: 'Pay {{input.amount}}?' }, { amount: 12 })).toEqual({
      waitsFor: 'approval',
      asks: { message: 'Pay 12?', required: 1, on_rejection: 'continue', on_expiry: 'reject' },
      until: BEGAN + 3 * DAY_MS,
    });
    const asked = {
      message: '{{input.n}}',
      data: { n: '{{input.n}}' },
      approvers: '{{input.who}}',
      expires_in: '{{input.t}}',
    };
    expect(plan(asked, { n: 7, who: ['ada', 'bob', 'ada'], t: '2h' })).toMatchObject({
      asks: { message: '7', data: { n: 7 }, approvers: ['ada', 'bob'] },
      until: BEGAN + 7_200_000,
    });
    expect(plan({ message: 'x', approvers: 'ada' })).toMatchObject({ asks: { approvers: ['ada'] } });
    const mailed = { message: 'x', approvers: 'ada@example.com', email: { sender: 'own', subject: 'S {{input.n}}' } };
    expect(plan(mailed, { n: 7 })).toMatchObject({ asks: { mail: { sender: 'own', subject: 'S 7' } } });
    const reminders = { message: 'x', remind_every: '{{input.t}}', max_reminders: 2 };
    expect(plan(reminders, { t: '8h' })).toMatchObject({ asks: { reminders: { every_ms: 8 * 3_600_000, most: 2 } } });
  });

  it.each([
    ['no time between reminders', { message: 'x', remind_every: '{{input.text.length - 20000}}' }],
    ['a message that is too long', { message: '{{input.text}}' }],
    ['data that are too large', { message: 'x', data: { text: '{{input.text}}' } }],
    ['no approvers', { message: 'x', approvers: '{{input.none}}' }],
    ['approvers that are no texts', { message: 'x', approvers: '{{input.numbers}}' }],
    ['too few approvers', { message: 'x', approvers: '{{input.one}}', required: 2 }],
    ['nobody who gets mail', { message: 'x', email: {}, approvers: ['ada', '{{input.numbers[0]}}x'] }],
    [
      'a subject that is too long',
      { message: 'x', email: { subject: '{{input.text}}' }, approvers: 'ada@example.com' },
    ],
    ['no time', { message: 'x', expires_in: '{{input.one[0]}}' }],
  ])('fails with %s', (_, config) => {
    const input = { text: 'x'.repeat(20_000), none: [], numbers: [1], one: ['ada', 'ada'] };
    expect(() => plan(config, input)).toThrow(expect.objectContaining({ code: 'EXPRESSION_FAILED' }) as Error);
  });

  it('is refused when it is saved that could never be approved', () => {
    const config = { message: 'x', approvers: ['ada'], required: 2 };
    expect(stepDefinitions.approval.config.safeParse(config).success).toBe(false);
  });

  it('returns what was decided', () => {
    expect(outcome('approved')).toMatchObject({ approved: true, decisions: [{ by: 'ada' }], expired: false });
    expect(outcome('rejected')).toMatchObject({ approved: false, decisions: [{ approved: false }], expired: false });
    expect(outcome('expired')).toEqual({ approved: false, decisions: [], expired: true });
  });

  it('fails where its config says so, and never of an approval', () => {
    const code = (name: string) => expect.objectContaining({ code: name }) as Error;
    expect(() => outcome('rejected', { on_rejection: 'fail' })).toThrow(code('APPROVAL_REJECTED'));
    expect(() => outcome('expired', { on_rejection: 'fail' })).toThrow(code('APPROVAL_REJECTED'));
    expect(() => outcome('expired', { on_expiry: 'fail' })).toThrow(code('APPROVAL_EXPIRED'));
    expect(outcome('rejected', { on_expiry: 'fail' })).toMatchObject({ approved: false });
    expect(outcome('approved', { on_rejection: 'fail', on_expiry: 'fail' })).toMatchObject({ approved: true });
  });
});
