import { stringifyJson } from '@millrace/expression/exact';
import type { ConfigOf } from '@millrace/schema';
import type { AnswerCheck } from '../ai/answer-check.js';
import { AttachedFiles, attachmentsField } from '../ai/attached-files.js';
import { boundedQuestion, complete, type Completion, type CompletionNeeds } from '../ai/completion.js';
import type { Question } from '../ai/model-call.js';
import { templateField, valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { EffectHandler } from './step-handler.js';
import { answerChecks } from '../ai/answer-checks.js';

type Config = ConfigOf<'ai_completion'>;
type Handler = EffectHandler<'ai_completion'>;

const LONGEST_MODEL = 200;

/** Output: the object or array that the model returns as JSON, else its text. */
export const aiCompletion = (needs: CompletionNeeds): Handler => {
  const attached = new AttachedFiles();
  return { kind: 'effect', compile: (config) => compile(needs, attached, config) };
};

function compile(needs: CompletionNeeds, attached: AttachedFiles, config: Config): ReturnType<Handler['compile']> {
  const modelOf = valueField(config.model, 'model');
  const fallbacksOf = valueField(config.fallbacks ?? [], 'fallbacks');
  const systemOf = valueField(config.system, 'system');
  const promptOf = templateField(config.prompt ?? '', 'prompt');
  const messagesOf = valueField(config.messages, 'messages');
  const attachedOf = attachmentsField(config.attachments);
  const check = checkOf(config);
  return (scope, options) => {
    const model = modelOf(scope, options);
    const fallbacks = fallbacksOf(scope, options) as readonly unknown[];
    const system = systemOf(scope, options);
    const question: Completion['question'] = {
      system: system === undefined ? undefined : textOf(system),
      messages:
        config.messages === undefined
          ? [{ role: 'user', content: textOf(promptOf(scope, options)) }]
          : conversation(messagesOf(scope, options)),
      temperature: config.temperature,
      maxTokens: config.max_tokens,
      schema: config.response_schema,
    };
    const models = [
      model === undefined ? undefined : modelName(model, 'model'),
      ...fallbacks.map((one, index) => modelName(one, `fallbacks[${index}]`)),
    ];
    const questionBytes = boundedQuestion([question.system ?? '', ...question.messages.map((one) => one.content)]);
    const tools = { tools: config.tools ?? [], maxRounds: config.max_tool_rounds };
    const values = attachedOf(scope, options);
    return (call) =>
      attached.during(values, call, (files) =>
        complete(needs, { models, question, questionBytes, files, check, tools }, call),
      );
  };
}

/** Compiled once for all executions of the version, when the first answer comes. */
function checkOf({ response_schema: schema }: Config): (() => Promise<AnswerCheck>) | undefined {
  if (schema === undefined) return undefined;
  let check: Promise<AnswerCheck> | undefined;
  return () => (check ??= answerChecks().then(({ answerCheck }) => answerCheck(schema)));
}

/** A text as it is, anything else as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : stringifyJson(value ?? null);
}

function modelName(value: unknown, field: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_MODEL) return value;
  throw mistyped(field, `the name of a model: a text of 1 to ${LONGEST_MODEL} characters`);
}

function conversation(value: unknown): Question['messages'] {
  if (!Array.isArray(value) || value.length === 0)
    throw mistyped('messages', 'a list of {role, content} that is not empty');
  return value.map((one: unknown, index) => {
    const { role, content } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    if ((role !== 'user' && role !== 'assistant') || content === undefined)
      throw mistyped(`messages[${index}]`, '{role, content} with the role "user" or "assistant"');
    return { role, content: textOf(content) };
  });
}

function mistyped(field: string, wanted: string): StepFailure {
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be ${wanted}`, {
    details: { field: `config.${field}` },
  });
}
