import type { MailboxHealth, ScheduleResource, StoredTrigger } from '@millrace/contracts';
import { triggerOf, type TriggerStates } from './trigger-states.js';

const of = { workflow_id: 'wf_1', workflow_name: 'Orders', workflow_status: 'active', index: 0 };
const schedule: StoredTrigger = { ...of, type: 'schedule', webhook: null, email: null };
const webhook: StoredTrigger = { ...schedule, type: 'webhook', webhook: { id: 'wh_1', url: 'u', method: 'POST' } };
const email: StoredTrigger = {
  ...schedule,
  type: 'email',
  email: { address: 'a@b.c', mailbox_ids: ['mbx_1', 'mbx_2'] },
};

const health = (state: MailboxHealth['state'], error: string | null = null): MailboxHealth => ({
  state,
  connected: state === 'healthy',
  last_poll_at: 'p',
  last_message_at: 'm',
  lag_seconds: 1,
  error,
});
const scheduled = (status: ScheduleResource['status']) =>
  ({
    status,
    next_run_at: status === 'active' ? 'next' : null,
    last_run: { scheduled_at: 'last' },
  }) as ScheduleResource;

const away: TriggerStates = { schedules: null, calls: null, health: null };
const state = (stored: StoredTrigger, states: Partial<TriggerStates>) => {
  const { status, reason, next_run_at, last_run_at } = triggerOf(stored, { ...away, ...states });
  return [status, reason, next_run_at, last_run_at];
};

test('a schedule is what the scheduler says of it', () => {
  const known = (status: ScheduleResource['status']) => ({ schedules: new Map([['wf_1.0', scheduled(status)]]) });
  expect(state(schedule, known('active'))).toEqual(['listening', null, 'next', 'last']);
  expect(state(schedule, known('paused'))).toEqual(['paused', 'The schedule is paused: resume it', null, 'last']);
  expect(state(schedule, known('ended'))).toEqual(['ended', 'No time is left', null, 'last']);
  expect(state(schedule, { schedules: new Map() })[0]).toBe('starting');
});

test('a webhook listens while its dispatcher responds', () => {
  expect(state(webhook, { calls: { last: { wh_1: 'called' } } })).toEqual(['listening', null, null, 'called']);
  expect(state(webhook, { calls: { last: {}, refusing: { wh_2: 'why' } } })).toEqual(['listening', null, null, null]);
});

test('a webhook that refuses every call is unhealthy, and says why', () => {
  const refusing = { wh_1: 'The secret is missing' };
  expect(state(webhook, { calls: { last: { wh_1: 'called' }, refusing } })).toEqual([
    'unhealthy',
    'It refuses every call: The secret is missing',
    null,
    'called',
  ]);
  const paused = { ...webhook, workflow_status: 'paused' };
  expect(state(paused, { calls: { last: {}, refusing } })[0]).toBe('paused');
});

test('a webhook that takes calls by its former secret alone is unhealthy, and says why', () => {
  const impaired = { wh_1: 'The secret "new_key" does not exist' };
  expect(state(webhook, { calls: { last: { wh_1: 'called' }, impaired } })).toEqual([
    'unhealthy',
    'The secret "new_key" does not exist',
    null,
    'called',
  ]);
  expect(state(webhook, { calls: { last: {}, impaired: { wh_2: 'why' } } })[0]).toBe('listening');
});

test('an e-mail trigger does as the worst of its mailboxes', () => {
  const mailboxes = (one: MailboxHealth, other?: MailboxHealth) => ({
    health: { mbx_1: one, ...(other && { mbx_2: other }) },
  });
  expect(state(email, mailboxes(health('healthy'), health('healthy')))).toEqual(['listening', null, null, 'm']);
  expect(state(email, mailboxes(health('healthy'), health('stopped', 'refused')))).toEqual([
    'unhealthy',
    'refused',
    null,
    'm',
  ]);
  expect(state(email, mailboxes(health('unhealthy', 'silent'), health('starting')))[1]).toBe('silent');
  // Nobody has looked at the second one.
  expect(state(email, mailboxes(health('healthy')))[0]).toBe('starting');
  const unreceived = { ...email, email: { address: 'a@b.c', mailbox_ids: [] } };
  expect(state(unreceived, { health: {} }).slice(0, 2)).toEqual([
    'unhealthy',
    'No mailbox receives mail to a@b.c: set one up, or if it is an alias of one, give that one the address *@b.c',
  ]);
});

test('what a service would know that does not respond is unknown, and the reason names the service', () => {
  expect([schedule, webhook, email].map((stored) => state(stored, {}).slice(0, 2))).toEqual([
    ['unknown', 'The service scheduler does not respond'],
    ['unknown', 'The service webhook-dispatcher does not respond'],
    ['unknown', 'The service email-ingest does not respond'],
  ]);
});

test('what a trigger of a type does that only newer services know is unknown', () => {
  const later = { ...schedule, type: 'message' as StoredTrigger['type'] };
  expect(state(later, {}).slice(0, 2)).toEqual(['unknown', 'The gateway does not know the type message yet']);
});

test('nothing of a workflow listens that is paused or a draft', () => {
  const stopped = (workflow_status: string) =>
    [schedule, webhook, email].map((stored) =>
      state(
        { ...stored, workflow_status },
        { calls: { last: {} }, schedules: new Map([['wf_1.0', scheduled('inactive')]]) },
      ).slice(0, 3),
    );
  expect(stopped('paused')).toEqual(
    Array.from({ length: 3 }, () => ['paused', 'Its workflow is paused: activate it', null]),
  );
  expect(stopped('draft')).toEqual(
    Array.from({ length: 3 }, () => ['paused', 'Its workflow is a draft: activate it', null]),
  );
});
