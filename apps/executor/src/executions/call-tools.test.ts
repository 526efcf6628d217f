import { LIMITS, newId } from '@millrace/contracts';
import { callTools } from './call-tools.js';

it('a model reads that a result of a tool is too large, and not the result', async () => {
  const execution_id = newId('execution');
  const round = { turns: [{ text: '', calls: [{ id: 'call_1', name: 'find', execution_id }] }], asked: 1 };
  const told = async (output: string) => {
    const children = { endOf: () => Promise.resolve({ type: 'completed', at: '2026-11-29T00:00:00.000Z', output }) };
    const task = { path: 'ask', tools: { since: '2026-11-29T00:00:00.000Z', rounds: [round] } };
    const tools = callTools({ children, redact: null } as unknown as Parameters<typeof callTools>[0], task);
    return (await tools.progress()).turns[0]?.calls[0]?.result;
  };
  const fits = 'x'.repeat(LIMITS.aiToolResultBytes - 2);
  expect(await told(fits)).toEqual({ output: fits });
  expect(await told(`${fits}x`)).toEqual({ error: expect.stringContaining('larger than') as string });
});
