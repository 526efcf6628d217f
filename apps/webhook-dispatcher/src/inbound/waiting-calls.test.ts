import { LIMITS } from '@millrace/contracts';
import type { WebhookCallRecord } from './webhook-call.schema.js';
import { WaitingCalls } from './waiting-calls.js';

const callOf = (organisation_id: string, _id = 'whc_1') => ({ _id, organisation_id }) as WebhookCallRecord;
const { webhookCallsWaiting: most, webhookCallsWaitingOfOrganisation: share } = LIMITS;

function added(calls: WaitingCalls, organisation: string, count: number): number {
  return Array.from({ length: count }, () => calls.add(callOf(organisation))).filter(Boolean).length;
}

test('one organisation has its share, and all of them no more than there is room for', () => {
  const calls = new WaitingCalls();
  expect(added(calls, 'org_a', share + 50)).toBe(share);
  expect(added(calls, 'org_b', 1)).toBe(1);
  for (let n = 0; n < 20; n++) added(calls, `org_${n}`, share);
  expect(calls.size).toBe(most);
});

test('what is written makes room, and what is not stays in its order', () => {
  const calls = new WaitingCalls();
  for (let n = 0; n < share; n++) calls.add(callOf('org_a', `whc_${n}`));
  expect(calls.oldest(2).map(({ _id }) => _id)).toEqual(['whc_0', 'whc_1']);
  calls.written(2);
  expect(calls.oldest(1).map(({ _id }) => _id)).toEqual(['whc_2']);
  expect(added(calls, 'org_a', 3)).toBe(2);
});
