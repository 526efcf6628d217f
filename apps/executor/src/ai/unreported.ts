/** Where answers may say it: whole ones, and the events of streams. */
interface Answer {
  readonly object?: unknown;
  readonly error?: unknown;
  readonly stop_reason?: unknown;
  readonly delta?: { readonly stop_reason?: unknown };
  readonly choices?: readonly (Choice | null)[];
}

interface Choice {
  readonly message?: { readonly refusal?: unknown };
  readonly delta?: { readonly refusal?: unknown };
  readonly error?: unknown;
  readonly finish_reason?: unknown;
}

/** What an event has in it that is worth parsing it once more. */
const SIGNS = ['"refusal"', '"error"', '"model_context_window_exceeded"'];

/** What an answer says and the client libraries do not report, or not in the words of the provider. */
export class Unreported {
  /** The words of a model that refuses to answer, maybe none; null when it does not. */
  refusal: string | null = null;
  /** What the provider says of a failure in the place of an answer, or behind its beginning: mostly `{code, type, message}`. Undefined for none. */
  error: unknown;
  /** The answer ended because there was no more room behind the prompt. */
  isContextFull = false;

  /** Takes a whole answer, or one event of a stream after the other. */
  note(answer: unknown): void {
    const { choices, delta, stop_reason } = (answer ?? {}) as Answer;
    const choice = Array.isArray(choices) ? ((choices as Answer['choices'])?.[0] ?? undefined) : undefined;
    // OpenAI's API has it beside an empty text, in a stream in pieces; Anthropic's names it as the reason to stop.
    const words = choice?.message?.refusal ?? choice?.delta?.refusal;
    const reason = stop_reason ?? delta?.stop_reason;
    if (typeof words === 'string' && words !== '') this.refusal = (this.refusal ?? '') + words;
    else if (reason === 'refusal') this.refusal ??= '';
    this.isContextFull ||= reason === 'model_context_window_exceeded';
    this.error ??= errorIn(answer, choice);
  }

  /** The same of an event as it comes, as JSON. */
  noteEvent(json: Buffer): void {
    if (!SIGNS.some((sign) => json.includes(sign))) return;
    try {
      this.note(JSON.parse(json.toString()));
    } catch {
      // The client library says what is wrong with it.
    }
  }
}

function errorIn(answer: unknown, choice: Choice | undefined): unknown {
  const { object, error } = (answer ?? {}) as Answer;
  if (object === 'error') return answer;
  const said = [error, choice?.error].find(isSaid);
  // Routers between providers give it as the reason to stop, with or without words.
  return said ?? (choice?.finish_reason === 'error' ? {} : undefined);
}

/** Many servers have the member in every answer. */
function isSaid(error: unknown): boolean {
  if (typeof error !== 'object') return typeof error === 'string' && error !== '';
  return error !== null && Object.keys(error).length > 0;
}
