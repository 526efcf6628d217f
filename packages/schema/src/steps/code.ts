import { z } from 'zod';
import { marked, templateValue } from '../fields.js';
import { REPORT_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

/** Runs JavaScript in a sandbox. Output: what the code returns. */
export const codeStep = defineStep({
  type: 'code',
  title: 'Code',
  description: 'Runs JavaScript in a sandbox without network or files. Output: what the code returns.',
  aliases: ['javascript', 'script', 'function'],
  executable: true,
  reaches: 'nothing',
  config: z.strictObject({
    language: z.enum(['javascript']).default('javascript').meta({ description: 'The language (only "javascript").' }),
    source: marked(
      z.string().min(1).max(100_000),
      'code',
      'The body of a function of "input"; its return value is the output. {{ }} has no meaning here: pass values through "input".',
    ),
    input: templateValue('The value the code sees as "input".').optional(),
  }),
  check({ source }, at, report, { codeProblems }) {
    if (typeof source !== 'string') return;
    const problem = codeProblems?.get(source);
    if (problem === undefined) return;
    const { message, offset, line, column } = problem;
    report({
      code: 'code_syntax',
      at: [...at, 'source'],
      message: `the code does not parse: ${message} (line ${line}, column ${column})`,
      hint: '"source" is the body of a JavaScript function of "input"; its result is what it returns.',
      span: [offset, Math.min(offset + 1, source.length)],
      ...(source.length <= REPORT_LIMITS.messageLength ? { excerpt: source } : {}),
    });
  },
  output: z.unknown(),
  example: { language: 'javascript', source: 'return input.a + 1;', input: { a: '{{input.a}}' } },
});
