import type { ApprovalRequest, ChildExecution, RecordedToolRound } from '@millrace/contracts';

/** What a step waits for, as it is recorded. */
export interface RecordedWait {
  readonly waitsFor: 'time' | 'signal' | 'sub_workflow' | 'approval';
  /** When it is over at the latest, ISO 8601; null for one without an end. */
  readonly until: string | null;
  /** The name of the signal that it waits for. */
  readonly signal?: string;
  /** What it asks people. */
  readonly approval?: ApprovalRequest;
  /** The execution that the step starts. */
  readonly child?: ChildExecution;
  /** The executions that tools of its model start. */
  readonly children?: readonly ChildExecution[];
  /** What the step is to know when they have ended; masked. */
  readonly tools?: RecordedToolRound;
}

/** What a replay is to find of a wait; undefined for nothing. */
export function frozenOf({ signal, approval, tools }: RecordedWait): object | undefined {
  if (signal !== undefined) return { signal };
  if (approval !== undefined) return { approval };
  return tools === undefined ? undefined : { tools };
}
