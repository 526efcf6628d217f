import { LIMITS, type ApprovalRequest } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import { FIELD_LIMITS, parseDuration } from '@millrace/schema';
import { sizeOf } from '../engine/value-size.js';
import { parseMailbox } from '@millrace/service-kit/mailbox';
import type { ApprovalMailer } from '../mail/approval-mailer.js';
import { valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { WaitHandler } from './step-handler.js';

/** What the step reaches its approvers with. */
export interface ApprovalStepNeeds {
  readonly mails: Pick<ApprovalMailer, 'send'>;
}

/**
 * Asks people before the execution goes on. Output: `{approved, decisions, expired}`. What is asked is evaluated once and kept, masked, in the journal; who may
 * decide, and when that is enough, is decided by who writes the decisions there.
 */
export const approval = (needs?: ApprovalStepNeeds): WaitHandler<'approval'> => ({
  kind: 'wait',
  announce: needs && ((announcement) => needs.mails.send(announcement)),
  compile(config) {
    const messageOf = valueField(config.message, 'message');
    const dataOf = valueField(config.data, 'data');
    const approversOf = valueField(config.approvers, 'approvers');
    const expiresInOf = valueField(config.expires_in, 'expires_in');
    const remindEveryOf = valueField(config.remind_every, 'remind_every');
    const subjectOf = valueField(config.email?.subject, 'email.subject');
    const { required, max_reminders, on_rejection, on_expiry, email } = config;
    return (scope, options) => {
      const message = messageFrom(messageOf(scope, options));
      const data = dataFrom(dataOf(scope, options));
      const approvers = approversFrom(approversOf(scope, options), required);
      const milliseconds = durationIn('expires_in', expiresInOf(scope, options));
      const mail = email && mailFrom(email.sender, subjectOf(scope, options), approvers);
      const every = remindEveryOf(scope, options);
      const every_ms = every === undefined ? undefined : durationIn('remind_every', every);
      const asks: Omit<ApprovalRequest, 'id'> = {
        message,
        ...(data === undefined ? {} : { data }),
        ...(approvers === undefined ? {} : { approvers }),
        required,
        ...(mail === undefined ? {} : { mail }),
        ...(every_ms === undefined ? {} : { reminders: { every_ms, most: max_reminders } }),
        on_rejection,
        on_expiry,
      };
      // Each attempt asks anew, and gives people the time that they were promised.
      return (_first, startedAt) => ({ waitsFor: 'approval', asks, until: startedAt + milliseconds });
    };
  },
  outcome(result) {
    if (result.waitsFor !== 'approval') throw new Error('An approval has ended like a wait');
    const { outcome, decisions } = result.ended;
    const { id, on_rejection, on_expiry } = result.asked;
    const details = { approval_id: id, decisions };
    if (outcome === 'expired' && on_expiry === 'fail')
      throw new StepFailure('APPROVAL_EXPIRED', 'Nobody decided in time', { details });
    if (outcome !== 'approved' && on_rejection === 'fail')
      throw new StepFailure('APPROVAL_REJECTED', rejection(outcome), { details });
    return { approved: outcome === 'approved', decisions, expired: outcome === 'expired' };
  },
});

function rejection(outcome: string): string {
  return outcome === 'expired' ? 'Nobody decided in time, which counts as a rejection' : 'The approval was rejected';
}

function durationIn(field: string, value: unknown): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === null || milliseconds === 0)
    throw unreadable(field, value, 'a number of seconds, or text such as "30m", "2h", "3d"');
  return milliseconds;
}

function messageFrom(value: unknown): string {
  const { approvalMessageCharacters } = LIMITS;
  const message = typeof value === 'string' ? value : stringifyJson(value);
  if (message !== '' && message.length <= approvalMessageCharacters) return message;
  throw new StepFailure(
    'EXPRESSION_FAILED',
    `config.message must have 1 to ${approvalMessageCharacters} characters, but has ${message.length}`,
    { details: { field: 'config.message', limit_characters: approvalMessageCharacters } },
  );
}

function dataFrom(value: unknown): unknown {
  const { approvalDataBytes } = LIMITS;
  if (value === undefined || sizeOf(value, approvalDataBytes).bytes <= approvalDataBytes) return value;
  throw new StepFailure('EXPRESSION_FAILED', `config.data is larger than ${approvalDataBytes} bytes of JSON`, {
    details: { field: 'config.data', limit_bytes: approvalDataBytes },
  });
}

function approversFrom(value: unknown, required: number): string[] | undefined {
  if (value === undefined) return undefined;
  const names: unknown[] = Array.isArray(value) ? value : [value];
  const { addresses, emailAddressLength } = FIELD_LIMITS;
  const isName = (name: unknown): name is string =>
    typeof name === 'string' && name.length > 0 && name.length <= emailAddressLength;
  if (names.length === 0 || names.length > addresses || !names.every(isName))
    throw unreadable('approvers', value, `a name, or an array of 1 to ${addresses} of them`);
  // Who is named twice decides once.
  const approvers = [...new Set(names)];
  if (approvers.length < required)
    throw new StepFailure(
      'EXPRESSION_FAILED',
      `config.required is ${required}, but config.approvers names ${approvers.length}: it could never be approved`,
      { details: { field: 'config.approvers' } },
    );
  return approvers;
}

/** Who is no address is asked by other means; but somebody has to know of those who are. */
function mailFrom(
  sender: string | undefined,
  subject: unknown,
  approvers: readonly string[] = [],
): NonNullable<ApprovalRequest['mail']> {
  if (approvers.every((approver) => 'problem' in parseMailbox(approver)))
    throw unreadable(
      'approvers',
      approvers,
      'or have among them an address, such as "ada@example.com", for config.email',
    );
  const text = typeof subject === 'string' ? subject : subject === undefined ? '' : stringifyJson(subject);
  // It is masked later: of a secret across the limit a part would be left.
  if (text.length > LIMITS.mailSubjectCharacters)
    throw new StepFailure(
      'EXPRESSION_FAILED',
      `config.email.subject has ${text.length} characters, more than ${LIMITS.mailSubjectCharacters}: shorten it`,
      { details: { field: 'config.email.subject', limit: LIMITS.mailSubjectCharacters } },
    );
  return { ...(sender === undefined ? {} : { sender }), ...(text === '' ? {} : { subject: text }) };
}

function unreadable(field: string, value: unknown, wanted: string): StepFailure {
  const shown = stringifyJson(value).slice(0, 200);
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be ${wanted}, but is ${shown}`, {
    details: { field: `config.${field}` },
  });
}
