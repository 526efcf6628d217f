/** Why code does not parse, and where in its source: an offset, and line and column from 1. */
export interface CodeProblem {
  readonly message: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** What the checks of step and trigger types know about where the workflow will run. What is left out is not checked. */
export interface CheckContext {
  /** Ids of the organisation's workflows, at least of all that the document names. */
  readonly workflows?: readonly string[];
  /** Ids of those of them that models may use as tools. */
  readonly tools?: readonly string[];
  /** What is wrong with sources of `code` steps, by the source: parsing is not the validation's to do. */
  readonly codeProblems?: ReadonlyMap<string, CodeProblem>;
  /** Addresses of the organisation's mailboxes; `*@domain` stands for all of a domain. */
  readonly mailboxes?: readonly string[];
  /** The time, in milliseconds since the epoch: whether a schedule is over depends on it. */
  readonly now?: number;
  /** Names of the organisation's mail senders. */
  readonly senders?: readonly string[];
}
