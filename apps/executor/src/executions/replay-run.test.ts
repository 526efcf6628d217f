import { planWorkflow } from '@millrace/schema';
import type { Task } from '../engine/frames.js';
import { stepHandlers, type HandlerNeeds } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { hasBegunOutside } from './replay-run.js';

const steps = [
  { id: 'call', type: 'http', config: { url: 'http://example.test/' } },
  { id: 'compute', type: 'code', config: { source: 'return 1' } },
  { id: 'pause', type: 'wait', config: { duration: '1s' } },
];
const plan = planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps });
const begun = (program: WorkflowProgram, startedAt: string | null): string[] =>
  plan.root.steps
    .filter((step) => hasBegunOutside({ program }, { container: null, startedAt, step } as Task))
    .map(({ id }) => id);

it('of the steps that are open after a replay those may have reached the outside that have begun and can', () => {
  const at = '2026-11-26T09:00:00.000Z';
  const known = new WorkflowProgram(plan, 'x', stepHandlers({ http: {}, code: {} } as HandlerNeeds));
  expect(begun(known, at)).toEqual(['call']);
  expect(begun(known, null)).toEqual([]);
  expect(begun(new WorkflowProgram(plan, 'x', {}), at)).toEqual(['call', 'compute', 'pause']);
});
