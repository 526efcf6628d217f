import { LIMITS } from '@millrace/contracts';
import { LONGEST_PIECE, redacted, type Redact } from '@millrace/service-kit/redaction';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import type { RunContext } from '../executions/run-context.js';
import type { TextSink } from '../steps/step-handler.js';

/** So many characters at the end of what is known may begin a piece of a secret that ends in what comes. */
const HELD = LONGEST_PIECE - 1;
/** A secret that is where a text is cut is held back whole; so far back another place is looked for. */
const PLACES = [1, 2, 4, 8] as const;

/** Which call of a model writes, and what of it is secret besides. */
interface WritingCall {
  readonly call: number;
  readonly hide: Redact;
}

/** The sink of one call; null when nobody follows the execution, and for a step whose output is secret. */
export function textSinkOf(
  context: Pick<RunContext, 'organisationId' | 'executionId' | 'clock' | 'texts' | 'redact'>,
  task: Task,
  writing: WritingCall,
): TextSink | null {
  const { organisationId, executionId, texts } = context;
  if (task.step.secretsInOutput || texts === undefined) return null;
  return texts.of(organisationId, executionId).length === 0
    ? null
    : new FollowedText({ ...context, texts }, task, writing);
}

/** Sends those who follow an execution what a model writes, some ten times in a second. */
class FollowedText implements TextSink {
  /** What has come and was not sent; null when nothing more is sent of this call. */
  #waiting: string | null = '';
  #told = 0;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly context: Pick<RunContext, 'organisationId' | 'executionId' | 'clock' | 'redact'> & {
      readonly texts: NonNullable<RunContext['texts']>;
    },
    private readonly task: Task,
    private readonly writing: WritingCall,
  ) {}

  add(text: string): void {
    for (let from = 0; from < text.length && this.#waiting !== null; from += LIMITS.liveTextHeld) {
      this.#waiting += text.slice(from, from + LIMITS.liveTextHeld);
      // More is not kept: each look goes through all of it.
      if (this.#waiting.length >= LIMITS.liveTextHeld) this.#tellSafe(this.#waiting);
    }
    if (this.#waiting === null) return;
    this.#cancel ??= this.context.clock.after(LIMITS.liveTextGapMs, () => {
      this.#cancel = undefined;
      if (this.#waiting !== null) this.#tellSafe(this.#waiting);
    });
  }

  end(): void {
    this.drop();
    if (this.#waiting !== null) this.#tell(this.#waiting, this.#waiting.length);
  }

  drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Sends what can be sent by now. A text that can be cut nowhere, as one that is all secrets, is left out from here on: who follows reads the recorded one. */
  #tellSafe(waiting: string): void {
    const length = safeCut(waiting, (one) => this.#hidden(one));
    if (length > 0 || waiting.length < LIMITS.liveTextHeld) return this.#tell(waiting, length);
    this.drop();
    this.#waiting = null;
  }

  #tell(waiting: string, length: number): void {
    if (length === 0) return;
    const text = this.#hidden(waiting.slice(0, length));
    this.#waiting = waiting.slice(length);
    const { organisationId, executionId, texts, clock } = this.context;
    const followers = texts.of(organisationId, executionId);
    const { path, step, attempt } = this.task;
    const of = { at: isoTime(clock.now()), path, step_type: step.type, attempt, call: this.writing.call };
    for (let from = 0; from < text.length; from += LIMITS.liveTextPiece) {
      const piece = text.slice(from, from + LIMITS.liveTextPiece);
      if (followers.length > 0) void texts.tell(followers, { ...of, offset: this.#told, text: piece });
      this.#told += piece.length;
    }
  }

  #hidden(text: string): string {
    return redacted(this.writing.hide(text), this.context.redact);
  }
}

/** How much of a text may be sent: with what is sent, and then the rest, nothing comes out that the whole would not have. */
export function safeCut(text: string, hidden: (text: string) => string): number {
  const whole = hidden(text);
  for (const times of PLACES) {
    let cut = text.length - times * HELD;
    if (cut <= 0) return 0;
    // Not inside of a character of two units.
    if (isHighSurrogate(text.charCodeAt(cut - 1))) cut--;
    if (hidden(text.slice(0, cut)) + hidden(text.slice(cut)) === whole) return cut;
  }
  return 0;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
