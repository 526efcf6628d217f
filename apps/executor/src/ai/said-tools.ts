import { LIMITS } from '@millrace/contracts';
import { StepFailure } from '../steps/step-failure.js';
import { checkJsonBounds } from './json-of-answer.js';

/*
 * The client libraries read what an answer passes to tools as soon as they have it, one call after the other and in one go. So it is bounded before they do.
 */

/** Where an answer has them: OpenAI's API in messages, as texts, Anthropic's among its contents. */
interface Answer {
  readonly choices?: unknown;
  readonly content?: unknown;
}

/** Throws StepFailure AI_ANSWER_TOO_LARGE for more tools, or more that is passed to one, than is read. */
export function checkSaidTools(answer: unknown): void {
  const { choices, content } = (answer ?? {}) as Answer;
  let count = listOf(content).length;
  for (const choice of listOf(choices)) {
    const calls = listOf((choice as Said)?.message?.tool_calls);
    count += calls.length;
    checkCount(count);
    for (const call of calls) checkInput((call as Said)?.function?.arguments);
  }
  checkCount(count);
}

interface Said {
  readonly message?: { readonly tool_calls?: unknown };
  readonly function?: { readonly arguments?: unknown };
}

/** The same of an answer that comes in pieces, as the library gives them. */
export class SaidTools {
  readonly #inputs = new Map<string, string>();
  #characters = 0;

  /** A tool is begun. Throws as {@link checkSaidTools}. */
  begin(id: string): void {
    this.#inputs.set(id, '');
    checkCount(this.#inputs.size);
  }

  /** More that is passed to it. */
  add(id: string, text: string): void {
    this.#characters += text.length;
    if (this.#characters > LIMITS.aiCheckedBytes) throw tooLarge();
    this.#inputs.set(id, (this.#inputs.get(id) ?? '') + text);
  }

  /** It is whole. */
  end(id: string): void {
    checkInput(this.#inputs.get(id));
  }
}

function checkCount(count: number): void {
  const limit = LIMITS.aiToolCallsPerAnswer;
  if (count <= limit) return;
  throw new StepFailure('AI_ANSWER_TOO_LARGE', `The answer of the model has more than ${limit} calls of tools`, {
    details: { limit },
  });
}

function checkInput(input: unknown): void {
  if (typeof input !== 'string') return;
  const body = Buffer.from(input);
  if (body.length > LIMITS.aiCheckedBytes) throw tooLarge();
  checkJsonBounds(body, LIMITS.aiCheckedValues);
}

function tooLarge(): StepFailure {
  const limit = LIMITS.aiCheckedBytes;
  return new StepFailure('AI_ANSWER_TOO_LARGE', `What a model passes to tools may have ${limit} bytes`, {
    details: { limit_bytes: limit },
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
