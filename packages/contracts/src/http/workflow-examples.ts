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

export const SUMMARY = {
  id: 'wf_01kaxh3v9m0000000000000001',
  name: 'Greet',
  description: null,
  status: 'active',
  version: 1,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:00.000Z',
  execution_count: 0,
} as const;

export const RESOURCE = { ...DOCUMENT, ...SUMMARY };

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
