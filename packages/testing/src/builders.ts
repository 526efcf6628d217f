import { newId, type JournalBatch, type RunRequest } from '@millrace/contracts';

/** A workflow document as a client sends it: a webhook trigger and one transform step, unless given otherwise. */
export function aWorkflow(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    name: 'Test workflow',
    trigger: { type: 'webhook', config: {} },
    steps: [{ id: 'greet', type: 'transform', config: { output: { greeting: 'Hello {{input.name}}' } } }],
    ...overrides,
  };
}

/** A start message of an execution with ids of its own. */
export function aRunRequest(overrides: Partial<RunRequest> = {}): RunRequest {
  return {
    execution_id: newId('execution'),
    organisation_id: newId('organisation'),
    workflow_id: newId('workflow'),
    version: 1,
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input: { name: 'Ada' },
    ...overrides,
  };
}

/** A journal entry with one skipped step, for an execution of its own. */
export function aJournalEntry(overrides: Partial<JournalBatch> = {}): JournalBatch {
  const id = newId('execution');
  return {
    entry_id: `${id}:1`,
    execution_id: id,
    organisation_id: newId('organisation'),
    events: [{ type: 'step_skipped', at: new Date().toISOString(), path: 'greet', step_type: 'transform' }],
    ...overrides,
  };
}
