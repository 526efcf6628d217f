import { NoOutputGeneratedError, streamText, type TextStreamPart, type ToolSet } from 'ai';
import type { TextSink } from '../steps/step-handler.js';
import type { GuardedFetch } from './guarded-fetch.js';
import type { ChosenModel } from './model-choice.js';
import { callModel, saidOf, settingsOf, type ModelAccess, type Question, type Said } from './model-call.js';
import { SaidTools } from './said-tools.js';

/** What a streamed call is made with. */
interface StreamAccess extends ModelAccess {
  readonly guarded: Pick<GuardedFetch, 'fetch' | 'stream' | 'unstreamed' | 'broken' | 'end'>;
  /** See `AskLimits`. */
  readonly onSaid: (bytes: number) => void;
}

/**
 * One call of a model whose text is sent on as it comes. What comes of it is what `callModel` would give: a stream that breaks off is no answer, and an API that
 * does not stream has responded all the same. Throws as `callModel` does.
 */
export async function streamModel(
  chosen: ChosenModel,
  question: Question,
  access: StreamAccess,
  sink: TextSink,
): Promise<Said> {
  const { guarded } = access;
  try {
    return await streamed(chosen, question, access, sink);
  } catch (error) {
    const { unstreamed } = guarded;
    if (unstreamed !== undefined)
      return await callModel(chosen, question, { ...access, guarded: { fetch: unstreamed } });
    throw guarded.broken ?? error;
  } finally {
    guarded.end();
  }
}

async function streamed(chosen: ChosenModel, question: Question, access: StreamAccess, sink: TextSink): Promise<Said> {
  const { guarded } = access;
  const result = streamText({
    ...settingsOf(chosen, question, { ...access, guarded: { fetch: guarded.stream } }),
    // It would print it: it is thrown here.
    onError: () => undefined,
  });
  let isWhole = false;
  const tools = new SaidTools();
  for await (const part of result.fullStream) {
    access.onSaid(writtenIn(part));
    if (part.type === 'text-delta') sink.add(part.text);
    else if (part.type === 'tool-input-start') tools.begin(part.id);
    else if (part.type === 'tool-input-delta') tools.add(part.id, part.delta);
    else if (part.type === 'tool-input-end') tools.end(part.id);
    else if (part.type === 'error') throw part.error instanceof Error ? part.error : broken(part.error);
    else if (part.type === 'abort') {
      access.signal.throwIfAborted();
      throw broken(part.reason);
    } else if (part.type === 'finish') {
      // Without words of the API for the reason, the stream has ended before its end.
      isWhole = part.finishReason !== 'other' || part.rawFinishReason !== undefined;
    }
  }
  if (!isWhole || guarded.unstreamed !== undefined) throw broken(undefined);
  const [text, toolCalls, finishReason, totalUsage, warnings] = await Promise.all([
    result.text,
    result.toolCalls,
    result.finishReason,
    result.totalUsage,
    result.warnings,
  ]);
  return saidOf(chosen, { text, toolCalls, finishReason, totalUsage, warnings });
}

/** Bytes of what the model has written: its text, its thoughts, and what it gives to tools. */
function writtenIn(part: TextStreamPart<ToolSet>): number {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return Buffer.byteLength(part.text);
  return part.type === 'tool-input-delta' ? Buffer.byteLength(part.delta) : 0;
}

/** As which a broken answer is reported. */
function broken(cause: unknown): NoOutputGeneratedError {
  return new NoOutputGeneratedError({ message: 'The stream of the answer broke off', ...(cause instanceof Error ? { cause } : {}) }); // prettier-ignore
}
