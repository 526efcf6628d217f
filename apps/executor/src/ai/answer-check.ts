import { exceededJsonBound, LIMITS } from '@millrace/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { StepFailure } from '../steps/step-failure.js';
import { answerFormats } from './answer-formats.js';
import { jsonOf } from './answer.js';

/** What an answer is by its schema: its value, or what is wrong with it, in words that a model understands. */
export type CheckedAnswer = { readonly value: unknown } | { readonly problem: string };

/** Checks the text of an answer. Throws StepFailure AI_ANSWER_TOO_LARGE. */
export type AnswerCheck = (text: string) => CheckedAnswer;

/** Makes the check for a `response_schema`, which saving the workflow has bounded (`packages/schema/src/response-schema.ts`). */
export function answerCheck(schema: Readonly<Record<string, unknown>>): AnswerCheck {
  const problemOf = problemBy(schema, 'config.response_schema');
  return (text) => {
    checkSize(text);
    const json = jsonOf(text);
    if (json === undefined) return { problem: 'it is not JSON' };
    const problem = problemOf(json.value);
    return problem === null ? json : { problem };
  };
}

/**
 * Makes the check for what a model passes to a tool: what is wrong with it, or null. The schema is bounded like that of an answer. The check throws StepFailure
 * AI_ANSWER_TOO_LARGE.
 */
export function toolInputCheck(schema: Readonly<Record<string, unknown>>): (input: unknown) => string | null {
  const problemOf = problemBy(schema, 'settings.tool.input_schema');
  return (input) => {
    checkSize(JSON.stringify(input ?? null));
    return problemOf(input);
  };
}

function problemBy(schema: Readonly<Record<string, unknown>>, field: string): (value: unknown) => string | null {
  // The first problem is enough to repair an answer; all of a large one would be more than the answer itself.
  const ajv = new Ajv2020({
    strict: false,
    allErrors: false,
    formats: answerFormats,
    validateSchema: false,
    logger: false,
  });
  let validate: ReturnType<typeof ajv.compile>;
  try {
    validate = ajv.compile(withDoubles(schema) as Readonly<Record<string, unknown>>);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new StepFailure('STEP_FAILED', `${field} is no JSON Schema: ${problem}`, { details: { field } });
  }
  return (value) => {
    if (validate(withDoubles(value ?? null))) return null;
    const [first] = validate.errors ?? [];
    const place = first?.instancePath ? `${first.instancePath} ` : 'the value ';
    return `${place}${first?.message ?? 'does not fit'}`.slice(0, 500);
  };
}

/** JSON with the nearest doubles: the validator knows no other numbers. */
function withDoubles(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Each value may be compared with each part of the schema. */
function checkSize(text: string): void {
  const { aiCheckedBytes: bytes, aiCheckedValues: values } = LIMITS;
  const body = Buffer.from(text);
  const isLarge = body.length > bytes || exceededJsonBound(body, { depth: Infinity, values, names: values }) !== null;
  if (!isLarge) return;
  throw new StepFailure(
    'AI_ANSWER_TOO_LARGE',
    `An answer with a response_schema may have ${bytes} bytes and ${values} values; ask for less at a time`,
    { details: { limit_bytes: bytes, limit_values: values } },
  );
}
