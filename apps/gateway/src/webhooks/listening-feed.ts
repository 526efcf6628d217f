import {
  LIMITS,
  LISTENED_FOR_MS,
  newId,
  WebhookCallShown,
  WebhookListened,
  type ShownCall,
  type ShownWebhookCall,
} from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { Bus } from '@millrace/messaging';
import type { Batch, EventFeed } from '../live/event-feed.js';
import { textFrame } from '../live/event-stream.js';

/** Between two signs that somebody listens: of three in a row two may be lost. */
const TOLD_MS = LISTENED_FOR_MS / 3;

/** Whose calls are shown, and for how long. */
export interface ListenedAddress {
  readonly organisationId: string;
  readonly webhookId: string;
  readonly listeningMs: number;
}

/**
 * The next calls of an address, as dispatchers show them. Says that it listens before anything else: a call that comes behind that is shown. Nothing is
 * stored, so nothing of it can be gone on with.
 */
export class ListeningFeed implements EventFeed {
  readonly #id = newId('event');
  /** Frames of calls that the client has not taken, and the bytes of all. */
  readonly #waiting: string[] = [];
  #waitingBytes = 0;
  #until = 0;
  #isOver = false;
  /** Calls that nobody was shown and that have not been reported. */
  #missed = 0;
  #hasBegun = false;
  /** The id of the last frame; the first one is of the sign that it listens. */
  #told = 1;
  /** Calls that were taken to be shown. */
  #shown = 0;
  /** Of these, calls that lack what the trigger requires. */
  #lacking = 0;

  constructor(
    private readonly bus: Pick<Bus, 'hear' | 'tell'>,
    private readonly listened: ListenedAddress,
  ) {}

  async follow(wake: () => void): Promise<() => void> {
    const subject = WebhookCallShown.subject({ listener_id: this.#id });
    const heard = (_: string, open: () => Promise<ShownCall>): void =>
      void open().then(
        (shown) => this.#take(shown, wake),
        // Of a release that shows something else.
        () => undefined,
      );
    await this.#tell();
    // The server has passed that on when it has taken the subscription: a call that comes later finds dispatchers that know.
    const end = await this.bus.hear(WebhookCallShown, { subject, heard });
    this.#until = Date.now() + this.listened.listeningMs;
    // What cannot be announced now is announced again.
    const telling = setInterval(() => void this.#tell().catch(() => undefined), TOLD_MS);
    const ending = setTimeout(() => {
      this.#isOver = true;
      wake();
    }, this.listened.listeningMs);
    return () => {
      clearInterval(telling);
      clearTimeout(ending);
      end();
      // Dispatchers that do not get it forget it a little later.
      void this.#tell(true).catch(() => undefined);
    };
  }

  next(): Promise<Batch> {
    const until = new Date(this.#until).toISOString();
    let text = this.#hasBegun ? '' : frame({ type: 'listening', until }, 1);
    this.#hasBegun = true;
    text += this.#waiting.splice(0).join('');
    this.#waitingBytes = 0;
    text += this.#missedFrame(this.#missed);
    this.#missed = 0;
    const reason = this.#endReason();
    if (reason !== null) text += this.#frame({ type: 'ended', reason });
    return Promise.resolve({ text, more: false, ended: reason !== null });
  }

  #endReason(): 'calls' | 'time' | null {
    if (this.#shown >= LIMITS.listenedCalls) return 'calls';
    return this.#isOver ? 'time' : null;
  }

  /** Written at once: as text it is known how much waits. */
  #take({ call, missed }: ShownCall, wake: () => void): void {
    if (call === undefined || !this.#isWanted(call) || !this.#wait(call, missed))
      this.#missed += missed + (call === undefined ? 0 : 1);
    wake();
  }

  /** Anybody can make calls that lack what the trigger requires, so these alone never end the stream. */
  #isWanted(call: ShownWebhookCall): boolean {
    if (this.#shown >= LIMITS.listenedCalls) return false;
    return !isLacking(call) || this.#lacking < LIMITS.listenedLackingCalls;
  }

  /** Whether there is room for it. */
  #wait(call: ShownWebhookCall, missed: number): boolean {
    if (this.#waiting.length >= LIMITS.listenedCallsWaiting) return false;
    const ids = this.#told;
    const text = this.#missedFrame(this.#missed + missed) + this.#frame({ type: 'call', call });
    const bytes = this.#waitingBytes + Buffer.byteLength(text);
    if (bytes > LIMITS.listenedBytesWaiting) {
      this.#told = ids;
      return false;
    }
    this.#missed = 0;
    this.#waiting.push(text);
    this.#waitingBytes = bytes;
    this.#shown++;
    if (isLacking(call)) this.#lacking++;
    return true;
  }

  #tell(ended = false): Promise<void> {
    const { organisationId: organisation_id, webhookId: webhook_id } = this.listened;
    return this.bus.tell(WebhookListened, {
      listener_id: this.#id,
      organisation_id,
      webhook_id,
      ...(ended && { ended }),
    });
  }

  #missedFrame(count: number): string {
    return count === 0 ? '' : this.#frame({ type: 'missed', count });
  }

  #frame(event: FeedEvent): string {
    return frame(event, ++this.#told);
  }
}

function isLacking({ checks }: ShownWebhookCall): boolean {
  return checks.passed === false;
}

type FeedEvent = { readonly type: string } & Record<string, unknown>;

/** Numbers in a call may be longer than JavaScript's. */
function frame(event: FeedEvent, id: number): string {
  const json = stringifyJson({ at: new Date().toISOString(), ...event });
  return textFrame(event.type, String(id), json);
}
