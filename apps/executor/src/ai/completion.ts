import { addedUsage, LIMITS, type ErrorCode, type StepUsage } from '@millrace/contracts';
import type { Redact } from '@millrace/service-kit/redaction';
import { StepFailure } from '../steps/step-failure.js';
import { ToolsWanted, type EffectCall, type ToolProgress, type ToolTurn } from '../steps/step-handler.js';
import type { AnswerCheck } from './answer-check.js';
import { refusalOf, type AttachedFile } from './attached-files.js';
import { outputOf } from './answer.js';
import { askModel, type ModelNeeds, type Said } from './ask-model.js';
import type { Question } from './model-call.js';
import type { OfferedTool } from './offered-tool.js';
import { offeredTools, refusedTurn, toolBytes, turnBytes, wantedCalls, type NamedTools } from './tool-calls.js';
import type { Charges } from './credits/model-charges.js';
import { chooseModel, type ChosenModel, type NamedProvider } from './model-choice.js';

/** What the completions of all steps work with. */
export interface CompletionNeeds extends ModelNeeds {
  readonly providers: ProvidersOf;
  readonly charges: Charges;
}

/** {@link CompletionNeeds}, for injection. */
export const AI_NEEDS = Symbol('executor:ai-needs');

/** The providers that executions of an organisation may use. Throws SERVICE_UNAVAILABLE. */
export interface ProvidersOf {
  of(organisationId: string): Promise<readonly NamedProvider[]>;
}

/** What a step asks, of which model, and what the answer has to be. */
export interface Completion {
  /** In the order in which they are tried; undefined for the default one. */
  readonly models: readonly (string | undefined)[];
  readonly question: Omit<Question, 'files' | 'tools' | 'turns' | 'correction'>;
  /** What it looks at with the question. */
  readonly files: readonly AttachedFile[];
  /** What the model may have done before it responds. */
  readonly tools: NamedTools;
  /** Bytes of the texts of the question. */
  readonly questionBytes: number;
  /** Of a step with a `response_schema`. */
  readonly check: (() => Promise<AnswerCheck>) | undefined;
}

/** A request is in memory about so often while it is sent: as texts, as JSON and as bytes. */
const COPIES_OF_QUESTION = 4;

/** Failures that another model may not have. */
const ANOTHER_MODEL_MAY_HELP: ReadonlySet<ErrorCode> = new Set([
  'AI_UNAVAILABLE',
  'AI_RATE_LIMITED',
  'AI_QUOTA_EXCEEDED',
  'AI_KEY_REFUSED',
  'AI_MODEL_UNKNOWN',
  // It may cost less, or be one of the organisation's own.
  'INSUFFICIENT_CREDITS',
] satisfies ErrorCode[]);

/** Around each message there is a little more, which the model reads too. */
const MESSAGE_BYTES = 16;

/** Characters of an answer that an error repeats. */
const SHOWN_ANSWER = 2_048;

/**
 * Asks the models one after the other until one responds. Returns the step's output, or the tools that it asks for first. Throws StepFailure: of those that did not
 * answer, the first that may pass, else the first.
 */
export async function complete(needs: CompletionNeeds, completion: Completion, call: EffectCall): Promise<unknown> {
  const providers = await needs.providers.of(call.organisationId);
  const offered = await offeredTools(completion.tools, call);
  const before = await call.tools.progress();
  // Also when no further call gets a response.
  if (before.usage !== undefined) call.onUsage(before.usage);
  const failures: StepFailure[] = [];
  let asked = before.asked;
  const next = (): number => ++asked;
  for (const name of completion.models) {
    try {
      const chosen = chooseModel(providers, name);
      const refusal = refusalOf(chosen, completion.files);
      if (refusal === null)
        return await new Conversation({ ...needs, next, offered, before }, completion, call, chosen).output();
      // The next model may take them.
      failures.push(refusal);
    } catch (error) {
      call.signal.throwIfAborted();
      if (!(error instanceof StepFailure) || !ANOTHER_MODEL_MAY_HELP.has(error.code)) throw error;
      failures.push(error);
    }
  }
  const told = failures.find((one) => one.retryable) ?? failures[0];
  if (told === undefined) throw new Error('A completion names no model');
  throw told;
}

interface ConversationNeeds extends CompletionNeeds {
  /** Counts the calls of the attempt. */
  readonly next: () => number;
  readonly offered: readonly OfferedTool[];
  readonly before: ToolProgress;
}

/** What is said to one model, and by it, in one attempt. */
class Conversation {
  #usage: StepUsage | undefined;
  #asked = 0;

  constructor(
    private readonly needs: ConversationNeeds,
    private readonly completion: Completion,
    private readonly call: EffectCall,
    private readonly chosen: ChosenModel,
  ) {
    this.#usage = needs.before.usage;
  }

  /** The answer as the step's output; one that does not fit its schema is asked for once more. */
  async output(): Promise<unknown> {
    const check = await this.completion.check?.();
    const answered = await this.#untilAnswered();
    if (answered instanceof ToolsWanted) return answered;
    const { text, question } = answered;
    if (check === undefined) return outputOf(text);
    const checked = check(text);
    if ('value' in checked) return checked.value;
    const correction: Question['messages'] = [
      { role: 'assistant', content: text === '' ? '(nothing)' : text },
      { role: 'user', content: repairOf(checked.problem) },
    ];
    const repaired = await this.#ask({ ...question, correction });
    const again = check(repaired.text);
    if ('value' in again) return again.value;
    throw this.#failure(
      'AI_ANSWER_INVALID',
      `does not fit the response_schema, and did not when it was asked for again: ${again.problem}`,
      {
        problem: again.problem,
        answer: repaired.text.slice(0, SHOWN_ANSWER),
      },
    );
  }

  /** Asks until the model asks for no tool that can be run; calls of others get a result at once. */
  async #untilAnswered(): Promise<{ readonly text: string; readonly question: Question } | ToolsWanted> {
    const { offered, before } = this.needs;
    const turns: ToolTurn[] = [...before.turns];
    const wanted: ToolsWanted['turns'][number][] = [];
    for (;;) {
      const { question: asked, files } = this.completion;
      const question = { ...asked, files, tools: offered, turns: [...turns], correction: [] };
      const { text, calls } = await this.#ask(question);
      if (calls.length === 0) return { text, question };
      if (turns.length >= this.completion.tools.maxRounds)
        throw this.#failure('AI_TOOL_ROUNDS_EXCEEDED', 'asks for tools once more than max_tool_rounds allows', {
          max_tool_rounds: this.completion.tools.maxRounds,
        });
      const turn = { text, calls: await wantedCalls(calls, offered) };
      wanted.push(turn);
      if (turn.calls.some(({ start }) => !('error' in start))) return new ToolsWanted(wanted, this.#asked);
      turns.push(refusedTurn(text, turn.calls));
    }
  }

  async #ask(question: Question): Promise<Said> {
    const { needs, call, chosen, completion } = this;
    const saidBytes = turnBytes(question.turns);
    this.#requireRoom(completion.questionBytes + saidBytes);
    const addedBytes = question.correction.reduce((sum, { content }) => sum + Buffer.byteLength(content), saidBytes);
    const fileBytes = question.files.reduce((sum, { content }) => sum + content.length, 0);
    const heldBytes = COPIES_OF_QUESTION * (completion.questionBytes + addedBytes + fileBytes);
    const messages = question.messages.length + question.turns.length + question.correction.length;
    const framed = messages * MESSAGE_BYTES + schemaBytes(question) + toolBytes(question.tools);
    // As many tokens are held back as there are bytes.
    const bytes =
      completion.questionBytes + addedBytes + framed + question.files.reduce((sum, { tokens }) => sum + tokens, 0);
    const number = needs.next();
    this.#asked = number;
    const charge = await needs.charges.begin({ call, number, chosen, bytes, maxTokens: question.maxTokens });
    let said: Said;
    let saidSoFar = 0;
    const onSaid = (piece: number): void => void (saidSoFar += piece);
    try {
      const sink = (hide: Redact) => call.textSink(number, hide);
      said = await askModel(needs, chosen, question, { ...call, heldBytes, sink, onSaid });
    } catch (error) {
      await charge.failed(error, saidSoFar);
      throw error;
    }
    const cost = await charge.used(said.usage, Math.max(saidSoFar, Buffer.byteLength(said.text)));
    this.#usage = addedUsage(this.#usage, { ...said.usage, cost });
    if (this.#usage !== undefined) call.onUsage(this.#usage);
    this.#throwUnlessWhole(said);
    return said;
  }

  #requireRoom(bytes: number): void {
    const limit = LIMITS.aiPromptBytes;
    if (bytes <= limit) return;
    const message = `The prompt and what tools have returned have more than ${limit} bytes together; let tools return less`;
    throw new StepFailure('AI_CONTEXT_TOO_LONG', message, { details: { limit_bytes: limit } });
  }

  #throwUnlessWhole({ text, calls, finishReason, refusal, isContextFull }: Said): void {
    if (refusal !== null)
      throw this.#failure('AI_REFUSED', `is a refusal${refusal && `: ${refusal.slice(0, SHOWN_ANSWER)}`}`, {});
    if (isContextFull)
      throw this.#failure('AI_CONTEXT_TOO_LONG', 'was cut off where what the model can read was full: send less', {});
    switch (finishReason) {
      case 'content-filter':
        throw this.#failure('AI_CONTENT_FILTERED', "was stopped by the provider's content filter", {});
      case 'length':
        if (text !== '' && calls.length === 0 && this.completion.check === undefined) return;
        throw this.#failure('AI_ANSWER_TRUNCATED', 'was cut off at max_tokens: raise it, or ask for less', {
          max_tokens: this.completion.question.maxTokens,
        });
      case 'error':
        throw this.#failure('AI_UNAVAILABLE', 'broke off with an error', {});
    }
  }

  #failure(code: ErrorCode, what: string, details: Readonly<Record<string, unknown>>): StepFailure {
    const { provider, model } = this.chosen;
    return new StepFailure(code, `The answer of "${model}" (provider "${provider.name}") ${what}`, {
      details: { provider: provider.name, model, ...details },
    });
  }
}

/** A schema is sent along, as JSON. */
function schemaBytes({ schema }: Question): number {
  return schema === undefined ? 0 : Buffer.byteLength(JSON.stringify(schema));
}

function repairOf(problem: string): string {
  return `This answer cannot be used: ${problem}. Answer again, with the corrected JSON value and nothing else.`;
}

/** The bytes of texts together. Throws StepFailure EXPRESSION_FAILED for more than may be sent. */
export function boundedQuestion(texts: readonly string[]): number {
  const limit = LIMITS.aiPromptBytes;
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= limit) return bytes;
  throw new StepFailure(
    'EXPRESSION_FAILED',
    `config.prompt, config.messages and config.system have more than ${limit} bytes together; send less of it`,
    { details: { field: 'config', limit_bytes: limit } },
  );
}
