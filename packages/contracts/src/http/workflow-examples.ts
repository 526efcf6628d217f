// What the declarations of endpoints about workflows have in common.

export const DOCUMENT = {
  name: 'Greet',
  description: null,
  status: 'active',
  steps: [{ id: 'greeting', type: 'transform', config: { output: 'Hello {{input.name}}!' } }],
} as const;

/** The same as YAML, with a comment. */
export const YAML = `# Greets whoever is named in the input
name: Greet
steps:
  - id: greeting
    type: transform
    config:
      output: "Hello {{input.name}}!"
`;

const COMMON = {
  id: 'wf_01kaxh3v9m0000000000000001',
  name: 'Greet',
  description: null,
  status: 'active',
  version: 1,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:00.000Z',
  execution_count: 0,
} as const;

export const SUMMARY = {
  ...COMMON,
  execution_count: 245,
  tags: ['support'],
  triggers: [{ type: 'webhook' }, { type: 'schedule' }],
  last_execution: {
    id: 'exec_01m887wqp5fkp3j7e18anavgww',
    status: 'completed',
    started_at: '2026-11-25T09:00:00.000Z',
  },
  next_run_at: '2026-11-26T08:00:00.000Z',
} as const;

export const RESOURCE = { ...DOCUMENT, ...COMMON };

const NO_NAMES = { secrets: [], variables: [], env: [], workflows: [] };

export const VALIDATION = {
  valid: true,
  problems: [],
  warnings: [],
  plan: {
    steps: [
      { step_id: 'greeting', type: 'transform', parent: null, branch: null, next: [{ step_id: null, on: 'done' }] },
    ],
    complete: true,
    refers_to: NO_NAMES,
    missing: NO_NAMES,
  },
};
