import { AppError, type ErrorCode } from '@millrace/contracts';
import { APICallError } from 'ai';
import { retryAfter } from '../steps/http-response.js';
import { StepFailure } from '../steps/step-failure.js';
import type { Credential } from './credential.js';
import type { SaidError } from './guarded-fetch.js';
import { baseUrlOf, defaultModel, REFERENCE_MODELS, type ChosenModel } from './model-choice.js';

/** Characters that the record has of what a provider says. */
const LONGEST_WORDS = 500;

/** What else decides about a failure. */
export interface FailureContext extends ChosenModel {
  /** What was sent along: it must not be in what is recorded of the reply. */
  readonly credential: Credential;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the provider itself says of it in an answer that came as a success: more than the client library makes of that. */
  readonly said?: SaidError | undefined;
}

/** What the catalogue calls a failure of a call to a model. Defects of ours stay what they are, but for the key. */
export function modelFailure(error: unknown, context: FailureContext): unknown {
  if (context.said !== undefined) return toldFailure({ error: context.said.error }, context.said, context);
  if (error instanceof StepFailure) return error;
  if (error instanceof AppError) return connectionFailure(error, context);
  if (APICallError.isInstance(error)) {
    if (error.cause instanceof AppError) return connectionFailure(error.cause, context);
    if (error.cause instanceof StepFailure) return error.cause;
    return apiFailure(error, context);
  }
  const isAnswer =
    error instanceof Error && /^AI_(InvalidResponseData|JSONParse|TypeValidation|NoOutput)/.test(error.name);
  return isAnswer ? brokenAnswer(context, error) : context.credential.redact(error);
}

function connectionFailure(error: AppError, context: FailureContext): StepFailure {
  const { provider, model } = context;
  const details = { ...error.details, provider: provider.name, model };
  if (error.code === 'HTTP_RESPONSE_TOO_LARGE')
    return new StepFailure('AI_ANSWER_TOO_LARGE', `The answer of ${called(context)}: ${error.message}`, { details });
  if (error.code !== 'HTTP_REQUEST_FAILED')
    return new StepFailure(error.code, error.message, { details, cause: error });
  return new StepFailure('AI_UNAVAILABLE', `${called(context)} cannot be reached: ${error.message}`, {
    details,
    cause: error,
  });
}

function apiFailure(error: APICallError, context: FailureContext): StepFailure {
  const { statusCode: status, responseHeaders: headers = {}, data, responseBody } = error;
  if (status === undefined || status < 300) return brokenAnswer(context, error);
  return toldFailure(data ?? parsedOrNull(responseBody), { status, headers }, context);
}

function toldFailure(
  body: unknown,
  { status, headers }: Pick<SaidError, 'status' | 'headers'>,
  context: FailureContext,
): StepFailure {
  const said = saidIn(body);
  const code = codeOf(status < 300 ? statusIn(said) : status, said);
  const mayPass = code === 'AI_RATE_LIMITED' || code === 'AI_UNAVAILABLE';
  // Providers repeat a part of the key that they refuse.
  const words = code === 'AI_KEY_REFUSED' ? '' : context.credential.redact(said.message);
  const name = said.code || said.type;
  const ending = words === '' ? '' : `: ${words}`;
  return new StepFailure(code, `${called(context)} ${MEANINGS[code](status, context)}${ending}`, {
    details: {
      provider: context.provider.name,
      model: context.model,
      status,
      // Anthropic's API has it as the type alone.
      ...(name === '' ? {} : { provider_code: context.credential.redact(name) }),
      ...requestIdIn(headers, context),
    },
    retryable: mayPass,
    askedDelayMs: mayPass ? askedDelay(headers, context.now) : null,
  });
}

type ApiCode = Extract<
  ErrorCode,
  | `AI_${'KEY_REFUSED' | 'MODEL_UNKNOWN' | 'QUOTA_EXCEEDED' | 'RATE_LIMITED' | 'UNAVAILABLE'}`
  | `AI_${'CONTEXT_TOO_LONG' | 'CONTENT_FILTERED' | 'REQUEST_REFUSED'}`
>;

const MEANINGS: Readonly<Record<ApiCode, (status: number, chosen: ChosenModel) => string>> = {
  AI_KEY_REFUSED: (status) => `does not accept the API key (${by(status)}); set another "api_key" for the provider`,
  AI_MODEL_UNKNOWN: (status, chosen) =>
    `is not known there (${by(status)}); check the name of the model, and "base_url" of the provider${orList(chosen)}`,
  AI_QUOTA_EXCEEDED: (status) => `has no credit left for this account (${by(status)})`,
  AI_RATE_LIMITED: (status) => `gets too many requests (${by(status)})`,
  AI_UNAVAILABLE: (status) => `cannot answer now (${by(status)})`,
  AI_CONTEXT_TOO_LONG: (status) => `cannot read a prompt that long (${by(status)})`,
  AI_CONTENT_FILTERED: (status) => `does not answer this prompt: its content filter stopped it (${by(status)})`,
  AI_REQUEST_REFUSED: (status) =>
    status >= 300 && status < 400
      ? `redirects to another address (status ${status}), which is not followed`
      : `refused the request (${by(status)})`,
};

function by(status: number): string {
  return status < 300 ? `in an answer with status ${status}` : `status ${status}`;
}

/** `status`: undefined where only the words say what it is. */
function codeOf(status: number | undefined, said: Said): ApiCode {
  const words = `${said.code} ${said.type}`;
  // Anthropic calls it an invalid request and Azure forbidden, and both say only in words that it is about the account.
  const hasNoCredit =
    /insufficient_quota|billing/.test(words) ||
    /credit balance is too low|out of call volume quota/i.test(said.message);
  if (status === 402 || hasNoCredit) return 'AI_QUOTA_EXCEEDED';
  // Azure says the same of a network from which no key is let in.
  const isNetwork = /virtual network|firewall|private endpoint/i.test(said.message);
  if (status === 403 && isNetwork) return 'AI_REQUEST_REFUSED';
  if (status === 401 || status === 403 || /authentication_error|permission_error|invalid_api_key/.test(words))
    return 'AI_KEY_REFUSED';
  if (/content_filter|content_policy/.test(words)) return 'AI_CONTENT_FILTERED';
  const isTooLong = /maximum context length|prompt is too long|context window|too many tokens/i.test(said.message);
  if (/context_length_exceeded/.test(words) || status === 413 || ((status ?? 400) === 400 && isTooLong))
    return 'AI_CONTEXT_TOO_LONG';
  if (status === 404 || /model_not_found|invalid_model/.test(words)) return 'AI_MODEL_UNKNOWN';
  if (status === undefined) return codeByName(words);
  if (status === 429) return 'AI_RATE_LIMITED';
  if (status === 408 || status === 409 || status >= 500) return 'AI_UNAVAILABLE';
  return 'AI_REQUEST_REFUSED';
}

/** What nobody has named may pass: so does a stream that breaks off. */
function codeByName(words: string): ApiCode {
  if (/rate_limit|too_many_requests/.test(words)) return 'AI_RATE_LIMITED';
  return /invalid_request|invalid_prompt|bad_request/.test(words) ? 'AI_REQUEST_REFUSED' : 'AI_UNAVAILABLE';
}

/** Many servers give the status that it would have as the code. */
function statusIn({ code }: Said): number | undefined {
  return /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}

/** A success whose body is cut off, or nothing that the protocol knows. */
function brokenAnswer(context: FailureContext, cause: unknown): StepFailure {
  const { provider, model } = context;
  const message = `${called(context)} sent an answer that is broken or not of the API "${provider.type}"`;
  return new StepFailure('AI_UNAVAILABLE', message, { details: { provider: provider.name, model }, cause });
}

interface Said {
  readonly code: string;
  readonly type: string;
  readonly message: string;
}

/** What the body of an error says, in the form that all providers share: `{error: {code, type, message}}`. */
function saidIn(body: unknown): Said {
  const inner = memberOf(body, 'error') ?? body;
  const text = (name: string): string => {
    const value = memberOf(inner, name) ?? '';
    // Mistral lists there what is wrong with the request.
    return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST_WORDS);
  };
  return {
    code: text('code'),
    type: text('type'),
    message: typeof inner === 'string' ? inner.slice(0, LONGEST_WORDS) : text('message'),
  };
}

function parsedOrNull(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function called({ provider, model }: ChosenModel): string {
  return `"${model}" of the provider "${provider.name}" (${baseUrlOf(provider)})`;
}

/** Who has written a name of the reference means any model that there is. */
function orList({ provider, model }: ChosenModel): string {
  const isReference = REFERENCE_MODELS.includes(model) && defaultModel(provider) === undefined;
  return isReference ? `; or list "models" at the provider, and "${model}" means the first of them` : '';
}

function askedDelay(headers: Readonly<Record<string, string>>, now: number): number | null {
  const exact = headers['retry-after-ms'];
  return exact !== undefined && /^\d{1,9}$/.test(exact) ? Number(exact) : retryAfter(headers['retry-after'], now);
}

function requestIdIn(
  headers: Readonly<Record<string, string>>,
  { credential }: FailureContext,
): { request_id?: string } {
  const id = headers['x-request-id'] ?? headers['request-id'];
  return id === undefined ? {} : { request_id: credential.redact(id).slice(0, 200) };
}
