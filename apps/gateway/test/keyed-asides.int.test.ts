import { approvalEndpoints, DecideApproval, executionEndpoints, SignalExecution } from '@millrace/contracts';
import { refuse } from './gateway.fixture.js';
import { codeOf, KeyedCalls } from './keyed-writes.fixture.js';

const EXECUTION = executionEndpoints.get.answer.example;
const APPROVAL = approvalEndpoints.get.answer.example;

/** What `history` writes into journals is known there by an id. */
describe('what a request under an Idempotency-Key writes into a journal', () => {
  let calls: KeyedCalls;
  beforeEach(async () => {
    calls = await KeyedCalls.begin();
  });
  afterEach(() => calls.end());

  it.each([
    [
      'a signal',
      { request: SignalExecution, member: 'signal_id', answer: EXECUTION },
      { path: `/v1/executions/${EXECUTION.id}/signals/paid`, bodies: ['{"payload":1}', '{"payload":2}'] },
    ],
    [
      'a decision',
      { request: DecideApproval, member: 'decision_id', answer: APPROVAL },
      { path: `/v1/approvals/${APPROVAL.id}/decide`, bodies: ['{"approved":true}', '{"approved":false}'] },
    ],
  ])(
    'as %s has the same id when it is repeated, and another one under a key that a failure left free',
    async (_what, { request, member, answer }, { path, bodies }) => {
      const ids: (string | undefined)[] = [];
      await calls.onQuestion(request, (message) => {
        ids.push(message.json<Record<string, string>>()[member]);
        if (ids.length < 4) refuse(message, 'SERVICE_UNAVAILABLE');
        else message.respond(JSON.stringify(answer));
      });
      const send = (body: string | undefined, key = 'key-1') =>
        calls.gateway.call('POST', path, { body: body ?? '', headers: { 'idempotency-key': key } });
      const [first, other] = bodies;
      expect(codeOf(await send(first))).toBe('SERVICE_UNAVAILABLE');
      expect(codeOf(await send(first))).toBe('SERVICE_UNAVAILABLE');
      expect(codeOf(await send(first, 'key-2'))).toBe('SERVICE_UNAVAILABLE');
      expect((await send(other)).status).toBeLessThan(300);
      const [a, again, ofOtherKey, ofOtherRequest] = ids;
      expect(a).toMatch(/^key:[\w-]{43}\.[\w-]{43}$/);
      expect(again).toBe(a);
      expect(new Set([a, ofOtherKey, ofOtherRequest]).size).toBe(3);
    },
  );
});
