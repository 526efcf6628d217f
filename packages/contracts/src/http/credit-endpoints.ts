import { creditsQuery, creditsSchema, creditUsageQuery, creditUsageSchema } from './credits.js';
import { defineEndpoint } from './endpoint.js';

const group = 'Credits';
const access = 'credits:read';

const FIGURES = {
  calls: 40,
  input_tokens: 12_400,
  output_tokens: 3_900,
  cost: 89_500,
  charged: 89_500,
  unpriced_calls: 0,
} as const;

/** What is returned of a balance. */
export const CREDITS_EXAMPLE = {
  limited: true,
  balance: 9_997_500,
  reserved: 41_000,
  available: 9_956_500,
  low_below: 1_000_000,
  ledger: [
    {
      sequence: 2,
      at: '2026-11-25T09:00:00.000Z',
      type: 'usage',
      amount: -2_500,
      balance: 9_997_500,
      note: null,
      workflow_id: 'wf_01kaxh3v9m0000000000000001',
      execution_id: 'exec_01kaxh3v9m0000000000000001',
      step_path: 'welcome',
      provider: 'openai',
      model: 'gpt-5.4',
      input_tokens: 400,
      output_tokens: 100,
    },
  ],
  next_cursor: '2',
  has_more: true,
} as const;

/** The endpoints of what an organisation may spend on models. */
export const creditEndpoints = {
  get: defineEndpoint({
    id: 'getCredits',
    method: 'GET',
    path: '/v1/credits',
    group,
    summary: 'See the balance and the ledger',
    description: 'A million credits are a US dollar. An organisation without a balance may spend what it likes.',
    access,
    query: creditsQuery,
    answer: { status: 200, description: 'The balance.', schema: creditsSchema, example: CREDITS_EXAMPLE },
  }),

  usage: defineEndpoint({
    id: 'getCreditUsage',
    method: 'GET',
    path: '/v1/credits/usage',
    group,
    summary: 'See what was used of models, and what that cost',
    description:
      'Of all calls of models by steps, those of the own providers of the organisation included, which are not charged. The figures are a second or two late.',
    access,
    query: creditUsageQuery,
    answer: {
      status: 200,
      description: 'The figures.',
      schema: creditUsageSchema,
      example: {
        from: '2026-11-25T00:00:00.000Z',
        to: '2026-11-26T00:00:00.000Z',
        group_by: 'model',
        totals: FIGURES,
        groups: [{ key: 'openai/gpt-5.4', ...FIGURES }],
        more: false,
      },
    },
  }),
};
