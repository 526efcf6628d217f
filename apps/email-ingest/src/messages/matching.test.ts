import { setImmediate as turn } from 'node:timers/promises';
import type { AutomaticKind } from './automatic-mail.js';
import {
  candidatesFor,
  dependsOnAttachments,
  failedByAttachment,
  startedBy,
  type Candidate,
  type EmailTriggerConfig,
  type WorkflowTriggers,
} from './matching.js';
import { noTriggerReason } from './outcome-reasons.js';

const message = {
  recipients: ['Support+orders@example.com', 'copy@example.com'],
  from: 'ada@example.org',
  fromName: 'Ada Lovelace',
  subject: 'Order 12',
};

const candidates = (automatic: AutomaticKind | null, workflows: WorkflowTriggers[]) =>
  candidatesFor(message, automatic, workflows, 'org');

const matches = async (trigger: EmailTriggerConfig) =>
  (await candidates(null, [{ workflowId: 'wf', triggers: [trigger] }])).candidates.length === 1;

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
])('%j: %j', async (trigger, expected) => {
  expect(await matches(trigger)).toBe(expected);
});

it('gives automatic messages to those who accept them', async () => {
  const triggers = [{ address: 'copy@example.com' }];
  const accepting = [{ address: 'copy@example.com', accept_automatic: true }];
  expect(await candidates('bounce', [{ workflowId: 'a', triggers }])).toEqual({
    candidates: [],
    onlyAutomatic: true,
    failed: [],
  });
  const both = [
    { workflowId: 'a', triggers },
    { workflowId: 'b', triggers: accepting },
  ];
  const { candidates: accepted } = await candidates('bounce', both);
  expect(accepted.map(({ workflowId }) => workflowId)).toEqual(['b']);
});

it('gives automatic messages to those who accept their kind', async () => {
  const accepting = { list: ['list'], both: ['bounce', 'list'], none: [], not: false, all: true, later: ['x', 'list'] };
  const workflows = Object.entries(accepting).map(([workflowId, accept_automatic]) => ({
    workflowId,
    triggers: [{ address: 'copy@example.com', accept_automatic }],
  }));
  const takenAs = async (kind: AutomaticKind | null) =>
    (await candidates(kind, workflows)).candidates.map(({ workflowId }) => workflowId);
  expect(await takenAs('list')).toEqual(['list', 'both', 'all', 'later']);
  expect(await takenAs('bounce')).toEqual(['both', 'all']);
  expect(await takenAs('auto_reply')).toEqual(['all']);
  expect(await takenAs(null)).toEqual(Object.keys(accepting));
});

it.each([true, ['list', 'loop']])(
  'gives what a workflow has sent to nobody, not with %j either',
  async (accept_automatic) => {
    const workflows = [{ workflowId: 'a', triggers: [{ address: 'copy@example.com', accept_automatic }] }];
    expect(await candidates('loop', workflows)).toEqual({ candidates: [], onlyAutomatic: true, failed: [] });
  },
);

it('starts a workflow once, if one of its triggers is content with the attachments', async () => {
  const triggersOf = (wanted: readonly boolean[]) =>
    wanted.map((has_attachment) => ({ address: 'copy@example.com', has_attachment }));
  const workflows = [
    { workflowId: 'either', triggers: triggersOf([true, false]) },
    { workflowId: 'with', triggers: triggersOf([true]) },
    { workflowId: 'without', triggers: triggersOf([false]) },
    { workflowId: 'any', triggers: [{ address: 'copy@example.com' }] },
  ];
  const { candidates: found } = await candidates(null, workflows);
  expect(startedBy(found, true)).toEqual(['either', 'with', 'any']);
  expect(startedBy(found, false)).toEqual(['either', 'without', 'any']);
  expect(startedBy(found, null)).toEqual(['either', 'any']);
  const asking = found.filter((candidate) => dependsOnAttachments([candidate]));
  expect(asking.map(({ workflowId }) => workflowId)).toEqual(['with', 'without']);
});

it('says of each workflow that has the address and takes the message by no trigger which filter does not fit first', async () => {
  const copy = { address: 'copy@example.com' };
  const bills = { ...copy, subject_filter: 'bill*', from_filter: 'grace' };
  const workflows = [
    { workflowId: 'subject', triggers: [bills, { ...copy, from_filter: 'grace' }] },
    { workflowId: 'from', triggers: [{ ...copy, subject_filter: 'order', from_filter: 'grace' }] },
    { workflowId: 'other', triggers: [{ address: 'other@example.com', subject_filter: 'bill' }] },
    { workflowId: 'taken', triggers: [bills, copy] },
  ];
  const failed = [
    { workflowId: 'subject', name: 'subject_filter', filter: 'bill*' },
    { workflowId: 'from', name: 'from_filter', filter: 'grace' },
  ] as const;
  expect((await candidates(null, workflows)).failed).toEqual(failed);
  expect(noTriggerReason(failed)).toMatch(
    /^No workflow .*: subject takes this address, but its subject_filter "bill\*" does not fit; from takes this address, but its from_filter "grace" does not fit$/,
  );
  expect(noTriggerReason([])).not.toContain(':');
  const many = Array.from({ length: 9 }, (_, n) => ({ ...failed[0], workflowId: `wf_${n}`, filter: 'x'.repeat(500) }));
  expect(noTriggerReason(many)).toMatch(/wf_2 .*; 6 more workflows take it, whose filters do not fit$/);
  expect(noTriggerReason(many).length).toBeLessThan(700);
});

it('says which workflows an attachment, or none, keeps from starting', () => {
  const wanting = (workflowId: string, attachments: boolean[]): Candidate => ({ workflowId, attachments });
  const failed = failedByAttachment([wanting('wf_1', [true]), wanting('wf_2', [true, true])], false);
  expect(failed).toEqual(
    ['wf_1', 'wf_2'].map((workflowId) => ({ workflowId, name: 'has_attachment', filter: 'true' })),
  );
  expect(noTriggerReason(failed)).toMatch(
    /: wf_1 takes this address, but its has_attachment "true" does not fit; wf_2 /,
  );
  expect(failedByAttachment([wanting('wf_1', [false])], true)).toMatchObject([{ filter: 'false' }]);
});

it('looks at each trigger once, however many recipients there are, and at filters only where the address is right', async () => {
  let looks = 0;
  const counted = (address: string): EmailTriggerConfig => ({
    get address() {
      looks++;
      return address;
    },
    get subject_filter() {
      looks++;
      return 'order';
    },
  });
  const triggers = Array.from({ length: 240 }, (_, index) => counted(`t${index}@example.com`));
  const recipients = Array.from({ length: 1_000 }, (_, index) => `a${index}@example.com`);
  const workflows = [{ workflowId: 'a', triggers }];
  for (let message = 0; message < 2; message++) {
    const sent = { from: null, fromName: '', subject: 'Order', recipients: [...recipients, 'T7+x@example.com'] };
    expect((await candidatesFor(sent, null, workflows, 'org')).candidates).toHaveLength(1);
  }
  expect(looks).toBeLessThan(3 * 240);
});

it('has turns for everything else while it compares many filters', async () => {
  const triggers = Array.from({ length: 500 }, () => ({ address: 'copy@example.com', subject_filter: 'no' }));
  let isCompared = false;
  const comparing = candidates(null, [{ workflowId: 'a', triggers }]).finally(() => (isCompared = true));
  let turns = 0;
  for (; !isCompared; turns++) await turn();
  expect((await comparing).candidates).toEqual([]);
  expect(turns).toBeGreaterThan(50);
});
