import { z } from 'zod';
import { templateText, templateTextOrEmpty } from '../fields.js';
import { defineStep } from '../step-definition.js';

/** Asks a language model. Output: parsed JSON when the model returns an object or array, else text. */
export const aiCompletionStep = defineStep({
  type: 'ai_completion',
  title: 'AI completion',
  description: 'Asks a language model. Output: an object or array when the model returns JSON, else text.',
  retriedByDefault: true,
  aliases: ['ai', 'llm', 'gpt', 'chat', 'completion'],
  executable: false,
  section: 'step-types',
  config: z.strictObject({
    model: templateText('The model, e.g. "gpt-4". By default the one of the installation.').optional(),
    prompt: templateText('What to ask.'),
    system: templateTextOrEmpty('Instructions that stand before the prompt.').optional(),
    temperature: z.number().min(0).max(2).optional().meta({ description: 'Randomness of the answer, 0 to 2.' }),
    max_tokens: z.int().min(1).max(1_000_000).optional().meta({ description: 'Longest answer, in tokens.' }),
    response_schema: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'A JSON Schema for the answer: the output is then JSON of that shape, or the step fails.' }),
  }),
  output: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]),
  example: {
    model: 'gpt-4',
    prompt: 'Sum up {{input.text}}',
    system: 'Be short.',
    temperature: 0.5,
    max_tokens: 100,
    response_schema: { type: 'object' },
  },
});
