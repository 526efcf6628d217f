/** A nominal time of a schedule. */
export interface Occurrence {
  /** The instant, in milliseconds since the epoch. */
  readonly at: number;
  /** `dst_shifted`: the clocks skip the time that was asked for. `dst_repeated`: they show it twice; whether both are due, the times say. */
  readonly note: 'dst_shifted' | 'dst_repeated' | null;
}

/** The nominal times of a schedule. */
export interface Times {
  /** The first one after an instant, or null when none is left. */
  after(instant: number): Occurrence | null;
}
