import { approvalIdOf, type ExecutionEvent } from '@millrace/contracts';
import { AT, race, runByJumps } from '../../test/support/run-by-jumps.js';
import type { Announcement } from '../steps/step-handler.js';

const ask = { id: 'ask', type: 'approval', config: { message: 'Pay?', approvers: 'ada@example.com', email: {} } };
const wait = (id: string) => ({ id, type: 'wait', config: { duration: '10s' } });

const decided: ExecutionEvent = {
  ...{ type: 'approval_decided', at: AT, path: 'race.b0.ask', approval_id: approvalIdOf('exec_1', 'race.b0.ask', 1) },
  ...{ by: 'ada@example.com', decision_id: '1', decision: 'approved', outcome: 'approved' },
};

/** Sends each mail when `deliver` is called, whatever its signal says, as a server may that has taken it already. */
function slowMails() {
  const begun: { readonly signal: AbortSignal; readonly deliver: () => void }[] = [];
  const send = ({ signal }: Announcement): Promise<string> =>
    new Promise((resolve) => begun.push({ signal, deliver: () => resolve('<1@mill.example>') }));
  return { begun, needs: { approval: { mails: { send } } } };
}

const typesOf = (events: readonly ExecutionEvent[]): string[] => events.map(({ type }) => type);
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('a mail that is under way when nobody waits for its approval any more', () => {
  it.each<[string, object, ExecutionEvent[]]>([
    ['another branch has ended the parallel', race([ask], [wait('a')]), []],
    ['somebody has decided', race([ask], [wait('a'), wait('b')]), [decided]],
    ['the execution is cancelled', race([ask], [wait('a'), wait('b')]), [{ type: 'cancel_requested', at: AT }]],
  ])('is given up, and its result not written behind the end: %s', async (what, step, asides) => {
    const { begun, needs } = slowMails();
    const abortedAtEnd: boolean[] = [];
    const recorded = await runByJumps(
      step,
      async (events) => {
        const isLast = events.some(({ type }) => type === 'completed' || type === 'cancelled');
        if (!isLast) return begun.length > 0 ? asides.splice(0) : [];
        abortedAtEnd.push(...begun.map(({ signal }) => signal.aborted));
        for (const { deliver } of begun) deliver();
        await turns();
        return [];
      },
      needs,
    );
    expect(abortedAtEnd).toEqual([true]);
    expect(typesOf(recorded)).not.toContain('approval_mailed');
    expect(recorded.at(-1)?.type).toBe(what.endsWith('cancelled') ? 'cancelled' : 'completed');
  });
});
