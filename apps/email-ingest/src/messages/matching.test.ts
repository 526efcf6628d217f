import type { AutomaticKind } from './automatic-mail.js';
import { candidatesFor, starts, type EmailTriggerConfig } from './matching.js';

const message = {
  recipients: ['Support+orders@example.com', 'copy@example.com'],
  from: 'ada@example.org',
  fromName: 'Ada Lovelace',
  subject: 'Order 12',
};

const matches = (trigger: EmailTriggerConfig) =>
  candidatesFor(message, null, [{ workflowId: 'wf', triggers: [trigger] }]).candidates.length === 1;

it.each([
  [{ address: 'support@example.com' }, true],
  [{ address: 'support+orders@example.com' }, true],
  [{ address: 'support+bills@example.com' }, false],
  [{ address: 'COPY@example.com' }, true],
  [{ address: 'other@example.com' }, false],
  [{ address: 'copy@example.com', subject_filter: 'ORDER' }, true],
  [{ address: 'copy@example.com', subject_filter: 'bill' }, false],
  [{ address: 'copy@example.com', from_filter: '@example.org' }, true],
  [{ address: 'copy@example.com', from_filter: '*@example.org' }, true],
  [{ address: 'copy@example.com', from_filter: 'lovelace' }, true],
  [{ address: 'copy@example.com', from_filter: 'grace' }, false],
  [{}, false],
])('%j: %j', (trigger, expected) => {
  expect(matches(trigger)).toBe(expected);
});

it('gives automatic messages to those who accept them', () => {
  const triggers = [{ address: 'copy@example.com' }];
  const accepting = [{ address: 'copy@example.com', accept_automatic: true }];
  expect(candidatesFor(message, 'bounce', [{ workflowId: 'a', triggers }])).toEqual({
    candidates: [],
    onlyAutomatic: true,
  });
  const both = [
    { workflowId: 'a', triggers },
    { workflowId: 'b', triggers: accepting },
  ];
  expect(candidatesFor(message, 'bounce', both).candidates.map(({ workflowId }) => workflowId)).toEqual(['b']);
});

it('gives automatic messages to those who accept their kind', () => {
  const accepting = { list: ['list'], both: ['bounce', 'list'], none: [], not: false, all: true, later: ['x', 'list'] };
  const workflows = Object.entries(accepting).map(([workflowId, accept_automatic]) => ({
    workflowId,
    triggers: [{ address: 'copy@example.com', accept_automatic }],
  }));
  const takenAs = (kind: AutomaticKind | null) =>
    candidatesFor(message, kind, workflows).candidates.map(({ workflowId }) => workflowId);
  expect(takenAs('list')).toEqual(['list', 'both', 'all', 'later']);
  expect(takenAs('bounce')).toEqual(['both', 'all']);
  expect(takenAs('auto_reply')).toEqual(['all']);
  expect(takenAs(null)).toEqual(Object.keys(accepting));
});

it.each([true, ['list', 'loop']])(
  'gives what a workflow has sent to nobody, not with %j either',
  (accept_automatic) => {
    const workflows = [{ workflowId: 'a', triggers: [{ address: 'copy@example.com', accept_automatic }] }];
    expect(candidatesFor(message, 'loop', workflows)).toEqual({ candidates: [], onlyAutomatic: true });
  },
);

it('starts a workflow once, if one of its triggers is content with the attachments', () => {
  const triggers = [true, false].map((has_attachment) => ({ address: 'copy@example.com', has_attachment }));
  const { candidates } = candidatesFor(message, null, [{ workflowId: 'a', triggers }]);
  expect(candidates).toHaveLength(1);
  expect(candidates.map((one) => [starts(one, true), starts(one, false)])).toEqual([[true, true]]);
  const [wanting] = candidatesFor(message, null, [{ workflowId: 'a', triggers: triggers.slice(0, 1) }]).candidates;
  expect([starts(wanting!, true), starts(wanting!, false)]).toEqual([true, false]);
});
