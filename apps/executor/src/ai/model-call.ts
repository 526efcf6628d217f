import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { LIMITS, type StepUsage } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import {
  generateText,
  jsonSchema,
  NoObjectGeneratedError,
  Output,
  type LanguageModel,
  type LanguageModelUsage,
  type ModelMessage,
  type ToolSet,
} from 'ai';
import type { ToolTurn } from '../steps/step-handler.js';
import type { AttachedFile } from './attached-files.js';
import { withFiles } from './file-messages.js';
import type { GuardedFetch } from './guarded-fetch.js';
import type { Credential } from './credential.js';
import { mistralBody } from './mistral-body.js';
import { baseUrlOf, type ChosenModel } from './model-choice.js';
import { toolSet, turnMessages } from './tool-messages.js';
import type { OfferedTool, SaidCall } from './offered-tool.js';

// It prints to the console what a model does not support; that is in the step's record.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** Warnings that the record has, and characters of each. */
const WARNINGS = 3;
const WARNING_LENGTH = 120;

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What a model is asked. */
export interface Question {
  readonly system: string | undefined;
  readonly messages: readonly Message[];
  /** What it looks at, with the last message of the user. */
  readonly files: readonly AttachedFile[];
  /** What it may have done before it responds. */
  readonly tools: readonly OfferedTool[];
  /** What it has had done, after the messages. */
  readonly turns: readonly ToolTurn[];
  /** An answer of no use and what is wrong with it, at the end. */
  readonly correction: readonly Message[];
  readonly temperature: number | undefined;
  readonly maxTokens: number;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
}

/** What it said. */
export interface Said {
  readonly text: string;
  /** Tools that it asks for. */
  readonly calls: readonly SaidCall[];
  readonly finishReason: string;
  readonly usage: StepUsage;
}

/** What a model is reached with. */
export interface ModelAccess {
  readonly credential: Credential;
  readonly guarded: Pick<GuardedFetch, 'fetch'>;
  readonly signal: AbortSignal;
}

/**
 * One call of a model by the client library of its provider, without retries: those are the step's. Throws what the library throws,
 * and what `guarded` does.
 */
export async function callModel(chosen: ChosenModel, question: Question, access: ModelAccess): Promise<Said> {
  const { schema } = question;
  try {
    const result = await generateText({
      ...settingsOf(chosen, question, access),
      // Checks nothing: the answer is checked, and repaired, by us.
      ...(schema === undefined ? {} : { output: Output.object({ schema: jsonSchema(schema), name: 'answer' }) }),
      experimental_include: { requestBody: false, responseBody: false },
    });
    return saidOf(chosen, result);
  } catch (error) {
    // The library could not read the JSON, e.g. for the fence around it.
    if (!NoObjectGeneratedError.isInstance(error)) throw error;
    const { text = '', finishReason = 'other', usage } = error;
    return { text, calls: [], finishReason, usage: usageOf(chosen, usage, finishReason, undefined) };
  }
}

/** How a question is put to the client library. */
interface CallSettings {
  readonly model: Exclude<LanguageModel, string>;
  readonly system?: string;
  readonly messages: ModelMessage[];
  readonly tools?: ToolSet;
  readonly temperature?: number;
  readonly maxOutputTokens?: number;
  readonly maxRetries: number;
  readonly abortSignal: AbortSignal;
  readonly providerOptions: {
    readonly openai: { readonly strictJsonSchema: boolean; readonly maxCompletionTokens?: number };
  };
}

/** How a question is put to the client library, whether its answer is streamed or not. */
export function settingsOf(
  chosen: ChosenModel,
  question: Question,
  { credential, guarded, signal }: ModelAccess,
): CallSettings {
  const { temperature, tools } = question;
  const system = systemOf(chosen, question);
  return {
    model: languageModel(chosen, credential.apiKey, guarded.fetch),
    ...(system === '' ? {} : { system }),
    messages: [...withFiles(question), ...turnMessages(question.turns), ...copied(question.correction)],
    // Without a function to run them: they are run between two calls of the model.
    ...(tools.length === 0 ? {} : { tools: toolSet(tools) }),
    ...(temperature === undefined ? {} : { temperature }),
    ...lengthOf(chosen, question),
    maxRetries: 0,
    abortSignal: signal,
  };
}

/**
 * How long an answer may be. OpenAI's newer models refuse `max_tokens`, and the library recognises them by their names: deployments at Azure and fine-tuned models
 * have names of their own.
 */
function lengthOf(
  { provider }: ChosenModel,
  { maxTokens }: Question,
): Pick<CallSettings, 'maxOutputTokens' | 'providerOptions'> {
  // Its strict mode takes only schemas whose members are all required.
  const openai = { strictJsonSchema: false };
  return provider.type === 'openai' || provider.type === 'azure'
    ? { providerOptions: { openai: { ...openai, maxCompletionTokens: maxTokens } } }
    : { maxOutputTokens: maxTokens, providerOptions: { openai } };
}

/** What the library says of an answer. */
interface Result {
  readonly text: string;
  readonly toolCalls: readonly {
    readonly toolCallId: string;
    readonly toolName: string;
    readonly input: unknown;
    readonly invalid?: boolean | undefined;
  }[];
  readonly finishReason: string;
  readonly totalUsage: LanguageModelUsage;
  readonly warnings: Warnings;
}

/** What a model said, by what the library says of it. */
export function saidOf(chosen: ChosenModel, { text, toolCalls, finishReason, totalUsage, warnings }: Result): Said {
  const calls = toolCalls.map(({ toolCallId: id, toolName: name, input, invalid }) => {
    return { id, name, input, isValid: invalid !== true };
  });
  return { text, calls, finishReason, usage: usageOf(chosen, totalUsage, finishReason, warnings) };
}

function copied(messages: readonly Message[]): Message[] {
  return messages.map((one) => ({ ...one }));
}

function languageModel(
  { provider, model }: ChosenModel,
  key: string | undefined,
  fetch: GuardedFetch['fetch'],
): Exclude<LanguageModel, string> {
  const baseURL = baseUrlOf(provider);
  // Never absent: the libraries would take one from the environment of the process.
  const apiKey = key ?? 'none';
  switch (provider.type) {
    case 'openai':
      return createOpenAI({ baseURL, apiKey, fetch }).chat(model);
    case 'azure':
      return createOpenAI({ baseURL, apiKey, headers: { 'api-key': apiKey }, fetch }).chat(model);
    case 'anthropic':
      return createAnthropic({ baseURL, apiKey, fetch })(model);
    case 'mistral':
    case 'ollama':
    case 'openai_compatible':
      return createOpenAICompatible({
        name: provider.name,
        baseURL,
        ...(key === undefined ? {} : { apiKey }),
        // Else a stream does not say what was used; that of Mistral always does, and is refused when it is asked to.
        includeUsage: provider.type !== 'mistral',
        ...(provider.type === 'mistral' ? { transformRequestBody: mistralBody } : {}),
        fetch,
      })(model);
  }
}

/** Where the API itself may not take a schema, the instructions have it. */
function systemOf({ provider }: ChosenModel, { system = '', schema }: Question): string {
  if (schema === undefined || ['openai', 'azure', 'anthropic'].includes(provider.type)) return system;
  const wanted = `Answer with one JSON value and nothing else. It must satisfy this JSON Schema: ${stringifyJson(schema)}`;
  return system === '' ? wanted : `${system}\n\n${wanted}`;
}

type Warnings = readonly { readonly type: string; readonly feature?: string; readonly message?: string }[] | undefined;

function usageOf(
  { provider, model }: ChosenModel,
  usage: LanguageModelUsage | undefined,
  finishReason: string,
  warnings: Warnings,
): StepUsage {
  const texts = (warnings ?? [])
    .filter((one) => one.feature !== 'responseFormat')
    .slice(0, WARNINGS)
    .map((one) => (one.message ?? `${one.feature ?? 'something'} is not supported`).slice(0, WARNING_LENGTH));
  return {
    provider: provider.name,
    model,
    input_tokens: countOf(usage?.inputTokens),
    output_tokens: countOf(usage?.outputTokens),
    finish_reason: finishReason,
    ...(texts.length === 0 ? {} : { warnings: texts }),
  };
}

/** A provider may say anything; what is no count is not known. */
function countOf(value: number | undefined): number | null {
  const isCount = value !== undefined && Number.isSafeInteger(value) && value >= 0 && value <= LIMITS.aiUsedTokens;
  return isCount ? value : null;
}
