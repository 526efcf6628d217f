import { LIMITS } from '@millrace/contracts';
import { EXECUTION_WAIT_MS, settingsSchema, validateWorkflow } from '@millrace/schema';
import { INSTALLATION } from './installation.js';

it('acts on every setting that a document may have, so that saving warns of none', () => {
  expect([...(INSTALLATION.settings ?? [])].sort()).toEqual(Object.keys(settingsSchema.shape).sort());
  const settings = { retention_days: 7, retention_count: 100 };
  const steps = [{ id: 'a', type: 'transform', config: { output: 1 } }];
  expect(validateWorkflow({ name: 'x', settings, steps }, INSTALLATION).problems).toEqual([]);
});

it('refuses to save a wait that an execution cannot have', () => {
  expect(EXECUTION_WAIT_MS).toBe(LIMITS.executionWaitMs);
});
