import { z } from 'zod';
import type { CheckContext } from '../check-context.js';
import { valuesAt } from '../field-sites.js';
import { marked, orTemplate, templateText, templateTextOrEmpty } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import type { DocumentPath, Report } from '../problem.js';
import { responseSchemaField } from '../response-schema.js';
import { checkSchemaShape } from '../schema-shape.js';
import { defineStep } from '../step-definition.js';
import { toolDescriptionField, toolNameField } from '../tool-fields.js';
import { workflowIdField } from '../workflow-id-field.js';

const message = z.strictObject({
  role: z.enum(['user', 'assistant']).meta({ description: 'Who says it.' }),
  content: z.string().meta({ description: 'What is said.' }),
});

const tool = z.strictObject({
  workflow_id: workflowIdField('The id of a workflow that has settings.tool, e.g. "wf_123456".'),
  name: toolNameField('What the model knows it as; by default the name in its settings.tool.').optional(),
  description: toolDescriptionField('What the model reads about it; by default as in its settings.tool.').optional(),
});

/** Asks a language model. Output: parsed JSON when the model returns an object or array, else text. */
export const aiCompletionStep = defineStep({
  type: 'ai_completion',
  title: 'AI completion',
  description: 'Asks a language model. Output: an object or array when the model returns JSON, else text.',
  retriedByDefault: true,
  aliases: ['ai', 'llm', 'gpt', 'chat', 'completion'],
  executable: true,
  reaches: 'outside',
  asksModels: true,
  config: z
    .strictObject({
      model: templateText('The model, e.g. "gpt-4". By default that of the default provider.').optional(),
      prompt: templateText('What to ask.').optional(),
      messages: orTemplate(
        z.array(message).min(1).max(FIELD_LIMITS.messages),
        'A conversation instead of a prompt: [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …].',
      ).optional(),
      system: templateTextOrEmpty('Instructions that come before the prompt.').optional(),
      attachments: marked(
        z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(FIELD_LIMITS.attachments)]),
        'template',
        'Files that the model looks at with the prompt: images (PNG, JPEG, GIF, WebP) and PDF. "{{download.output.body}}", or an array of these. A {{ }} gives a file, or an array of them.',
      ).optional(),
      temperature: z.number().min(0).max(2).optional().meta({ description: 'Randomness of the answer, 0 to 2.' }),
      max_tokens: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(4_096)
        .meta({ description: 'Longest answer, in tokens (default 4096).' }),
      response_schema: responseSchemaField(
        'A JSON Schema for the answer: the output is then JSON of that shape, or the step fails.',
      ).optional(),
      fallbacks: marked(
        z.array(z.string().min(1)).min(1).max(FIELD_LIMITS.fallbacks),
        'template',
        'Models that are asked instead, in this order, while the one before cannot be reached, gets too many requests, does not accept its key, has no quota, costs more credits than are left or does not exist.',
      ).optional(),
      tools: z
        .array(tool)
        .min(1)
        .max(FIELD_LIMITS.tools)
        .optional()
        .meta({ description: 'Workflows that the model may run, with an input that it chooses, before it responds.' }),
      max_tool_rounds: z
        .int()
        .min(1)
        .max(FIELD_LIMITS.toolRounds)
        .default(5)
        .meta({ description: 'How many times the model may ask for tools (default 5).' }),
    })
    .superRefine((config, context) => {
      if ((config.prompt === undefined) !== (config.messages === undefined)) return;
      context.addIssue({
        code: 'custom',
        message: config.prompt === undefined ? 'it has no "prompt"' : 'it has both "prompt" and "messages"',
        params: { hint: 'Give exactly one of "prompt" (a text) and "messages" (a conversation).' },
      });
    }),
  check({ response_schema, tools }, at, report, context) {
    checkSchemaShape(response_schema, [...at, 'response_schema'], report);
    checkTools(tools, [...at, 'tools'], report, context);
  },
  output: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]),
  example: {
    model: 'gpt-4',
    prompt: 'Sum up {{input.text}}',
    system: 'Be short.',
    attachments: ['{{input.file}}'],
    temperature: 0.5,
    max_tokens: 100,
    response_schema: { type: 'object' },
    fallbacks: ['gpt-3.5-turbo'],
    tools: [{ workflow_id: 'wf_1', name: 'find_order', description: 'Finds an order by its number' }],
    max_tool_rounds: 3,
  },
});

/** Warns of workflows that models may not use. */
function checkTools(
  given: unknown,
  at: DocumentPath,
  report: Report,
  { tools, workflows }: Pick<CheckContext, 'tools' | 'workflows'>,
): void {
  if (tools === undefined) return;
  for (const { value: id, at: place } of valuesAt(given, ['*', 'workflow_id'], at)) {
    if (typeof id !== 'string' || tools.includes(id)) continue;
    // What does not exist is reported as that.
    if (workflows !== undefined && !workflows.includes(id)) continue;
    report({
      severity: 'warning',
      code: 'not_a_tool',
      at: place,
      message: `no workflow "${id}" may be used as a tool`,
      hint: 'Give that workflow settings.tool, with a name and a description for models.',
    });
  }
}
