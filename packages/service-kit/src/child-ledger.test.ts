import { isAside, type ExecutionEvent } from '@millrace/contracts';
import { ChildLedger, openChildrenIn, withLinks } from './child-ledger.js';

const at = '2026-11-27T00:00:00.000Z';
const waits = (path: string, execution_id: string, awaited = true): ExecutionEvent => ({
  ...{
    type: 'step_waiting',
    at,
    path,
    step_type: 'sub_workflow',
    started_at: at,
    attempt: 1,
    waits_for: 'sub_workflow',
  },
  child: { execution_id, workflow_id: 'wf_1', version: 1, awaited },
});
const ended = (path: string, execution_id: string): ExecutionEvent => ({ type: 'child_ended', at, path, execution_id });

it('the open children of an execution are those that are waited for and whose end is not recorded', () => {
  const events = [waits('a', 'exec_a'), waits('b', 'exec_b'), waits('c', 'exec_c', false), ended('a', 'exec_a')];
  expect(openChildrenIn(events)).toEqual(['exec_b']);
  expect(isAside(ended('a', 'exec_a'))).toBe(true);
});

it('a suspension says that all before it were started', () => {
  const ledger = new ChildLedger();
  ledger.note(waits('a', 'exec_a'));
  expect(ledger.mayBeUnstarted('exec_a')).toBe(true);
  ledger.note({ type: 'suspended', at });
  ledger.note(waits('b', 'exec_b'));
  expect([ledger.mayBeUnstarted('exec_a'), ledger.mayBeUnstarted('exec_b')]).toEqual([false, true]);
});

it('an end says whom it concerns only where it concerns somebody', () => {
  const end = { type: 'completed', at } as const;
  expect(withLinks(end, { linked: false, children: [] })).toEqual(end);
  expect(withLinks(end, { linked: true, children: [] })).toEqual({ ...end, linked: true });
  expect(withLinks(end, { linked: false, children: ['exec_a'] })).toEqual({
    ...end,
    linked: true,
    children: ['exec_a'],
  });
});
