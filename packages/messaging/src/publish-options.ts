export interface PublishOptions {
  /**
   * The stream sequence of the last message on the subject, in whichever lane, 0 when there is none: refused with
   * {@link WrongSequenceError} otherwise.
   */
  readonly expectLastSequence?: number;
  /** The message replaces all earlier ones of its subject, where the stream allows it (`rollup` in topology.ts). */
  readonly replacesEarlier?: boolean;
  /**
   * The server removes the message so long after it is stored, in milliseconds, where the stream allows that (`expiring` in stream-spec.ts);
   * by default it stays for the stream's age.
   */
  readonly expiresAfterMs?: number;
  /** More messages of the same address follow soon, so that a batch handler with `holdMs` may get them together. */
  readonly continues?: boolean;
  /** `Nats-Msg-Id` instead of the definition's. */
  readonly messageId?: string;
  readonly requestId?: string;
  /**
   * The message is set as a timer: the server publishes it at this time, or at once when it is past, and whoever consumes it
   * gets it then. It replaces the timer that its address has. Not before the time, and some 0.3 s after it at most while the server runs.
   */
  readonly at?: Date;
  /** The message accepts something new: it is refused while what room there is is kept for what runs (see room.ts). */
  readonly acceptance?: boolean;
}

/** Options of a publish that its definition decides. */
export interface SendOptions extends PublishOptions {
  /** The subjects of which `expectLastSequence` is meant; the message's own by default. */
  readonly expectOn?: string | undefined;
}
