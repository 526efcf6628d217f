import { ExecutionFollowed, FOLLOWED_FOR_MS, LIMITS, newId, TextWritten, type WrittenText } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';

/** Between two signs that somebody follows: of three in a row two may be lost. */
const TOLD_MS = FOLLOWED_FOR_MS / 3;

/** Whose models are listened to. */
export interface WritingExecution {
  readonly organisationId: string;
  readonly executionId: string;
}

/** What models of one execution write while somebody follows it, as executors send it. Nothing is stored, so nothing of it can be gone on with. */
export class WrittenTexts {
  readonly #id = newId('event');
  readonly #waiting: WrittenText[] = [];
  #characters = 0;

  constructor(
    private readonly bus: Pick<Bus, 'hear' | 'tell'>,
    private readonly of: WritingExecution,
  ) {}

  /** Calls `wake` when there is some. Resolves when it has begun, with the function that ends it. */
  async follow(wake: () => void): Promise<() => void> {
    const subject = TextWritten.subject({ follower_id: this.#id });
    const heard = (_: string, open: () => Promise<WrittenText>): void =>
      void open().then(
        (text) => {
          if (this.#take(text)) wake();
        },
        // Of a release that sends something else.
        () => undefined,
      );
    const end = await this.bus.hear(TextWritten, { subject, heard });
    // What cannot be announced now is announced again.
    const tell = (ended = false): void => void this.#tell(ended).catch(() => undefined);
    tell();
    const telling = setInterval(() => tell(), TOLD_MS);
    return () => {
      clearInterval(telling);
      end();
      tell(true);
    };
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** What has come since the last time, in its order. */
  take(): WrittenText[] {
    this.#characters = 0;
    return this.#waiting.splice(0);
  }

  #take(text: WrittenText): boolean {
    if (this.#characters + text.text.length > LIMITS.liveTextWaiting) return false;
    this.#characters += text.text.length;
    this.#waiting.push(text);
    return true;
  }

  #tell(ended: boolean): Promise<void> {
    const { organisationId: organisation_id, executionId: execution_id } = this.of;
    const told = { follower_id: this.#id, organisation_id, execution_id };
    return this.bus.tell(ExecutionFollowed, ended ? { ...told, ended } : told);
  }
}
