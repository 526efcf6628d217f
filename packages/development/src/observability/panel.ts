/** One query of a graph in PromQL, and how its lines are named. */
interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** One graph of a dashboard. */
export interface Panel {
  readonly title: string;
  /** What a reader should know of it; for numbers without a unit in their name also what they count. */
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: 's' | 'bytes' | 'short' | 'reqps' | 'percentunit';
  /** Above what an alert counts what its queries show, which is drawn as a line. In the panel's unit. */
  readonly limit?: { readonly alert: string; readonly above: number };
  /** Values may be below 0, and the limit is one to both sides. */
  readonly isSigned?: true;
  readonly queries: readonly Query[];
}

/** Graphs that are read together. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}
