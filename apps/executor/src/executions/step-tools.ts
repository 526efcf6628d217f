import {
  derivedId,
  LIMITS,
  type ChildExecution,
  type RecordedToolCall,
  type RecordedToolTurn,
} from '@millrace/contracts';
import { redacted, type Redact } from '@millrace/service-kit/redaction';
import type { ChildLedger } from '@millrace/service-kit/child-ledger';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import type { AdmittedTool, ToolsWanted, WantedToolCall } from '../steps/step-handler.js';
import type { ChildExecutions } from './child-executions.js';
import { childInput } from './child-input.js';
import { tooManyChildren, waitedTooLong } from './child-failure.js';
import type { Noted } from './effect-runner.js';
import type { RunContext } from './run-context.js';
import type { StepChildrenParts } from './step-children-parts.js';
import { stepTimeout } from './step-timeout.js';

/** What this has in common with other steps that start executions. */
export interface StepToolsShared {
  readonly ledger: ChildLedger;
  /** The executions that may be started. Throws StepFailure where none may. */
  readonly children: () => ChildExecutions;
  /** Does something over which the run cannot be suspended. */
  readonly run: (work: () => Promise<void>) => void;
  /** Asks for the cancel of one that is not waited for any more. */
  readonly cancel: (child: ChildExecution) => void;
  readonly isOver: (task: Task, attempt: number) => boolean;
  /** Until when an execution can wait, in milliseconds since the epoch. */
  readonly latest: () => number;
}

/** A round as it may be recorded: the calls of its last turn that start something have their executions. */
interface Round {
  readonly turns: readonly RecordedToolTurn[];
  readonly children: readonly ChildExecution[];
}

/**
 * Steps whose model has asked for tools. What it has said is recorded together with the executions that its calls start, before they are started: after a
 * crash the same ones are started again, and the model is not asked again for what it has said. Until all of them have ended the step waits, and the run may be
 * suspended over it like over a sub-workflow: it holds no slot that they may need.
 */
export class StepTools {
  readonly #waiting = new Map<Task, () => void>();

  constructor(
    private readonly context: Pick<RunContext, 'organisationId' | 'executionId' | 'redact'>,
    private readonly parts: Pick<StepChildrenParts, 'journal' | 'record' | 'timers' | 'wake'>,
    private readonly shared: StepToolsShared,
  ) {}

  /** An attempt has asked for tools. `startedAt` is the ISO time of its beginning. */
  begin(task: Task, startedAt: string, wanted: ToolsWanted, { usage }: Noted): void {
    const { ledger } = this.shared;
    const { record } = this.parts;
    const { turns, children } = this.#roundOf(task, startedAt, wanted);
    if (ledger.count + children.length > LIMITS.subWorkflowsPerExecution)
      return record.attemptFailed(task, startedAt, tooManyChildren(), { usage });
    const round = { turns: [...turns], asked: wanted.asked, ...(usage === undefined ? {} : { usage }) };
    const until = isoTime(this.shared.latest());
    record.waiting(task, startedAt, { waitsFor: 'sub_workflow', until, children, tools: round });
    // What does not fit into the execution has failed it.
    if (task.state !== 'waiting') return;
    for (const child of children) ledger.begun(task.path, child);
    this.#startAll(task);
  }

  /** Goes on with a step that the journal has waiting for tools. */
  goOn(task: Task): void {
    this.#startAll(task);
  }

  /** Others have reported ends. True when a step goes on because of them. */
  heed(): boolean {
    let isNews = false;
    for (const task of [...this.#waiting.keys()]) isNews = this.#goOnIfEnded(task) || isNews;
    return isNews;
  }

  /** Nobody waits for the step any more: neither for its tools. */
  abort(task: Task): void {
    if (this.#forget(task)) this.#cancelOpen(task);
  }

  #roundOf({ path, attempt, tools }: Task, startedAt: string, { turns }: ToolsWanted): Round {
    const { organisationId, executionId, redact } = this.context;
    const before = (tools?.rounds ?? []).reduce((sum, round) => sum + round.turns.length, 0);
    const children: ChildExecution[] = [];
    const recorded = turns.map(({ text, calls }, turn) => ({
      text: redacted(text, redact),
      calls: calls.map((call, index): RecordedToolCall => {
        const { input, start } = leavingCall(call, redact);
        const said = { ...redacted({ id: call.id, name: call.name }, redact), input };
        if ('error' in start) return { ...said, error: start.error };
        const place = `${before + turn}.${index}`;
        const source = [organisationId, 'tool', executionId, path, String(attempt), place] as const;
        const execution_id = derivedId('execution', Date.parse(startedAt), source);
        children.push(childOf(execution_id, start));
        return { ...said, execution_id };
      }),
    }));
    return { turns: recorded, children };
  }

  #startAll(task: Task): void {
    const { attempt } = task;
    this.shared.run(async () => {
      await this.parts.journal.flush();
      for (const { execution_id, input } of callsOf(task)) {
        if (this.shared.isOver(task, attempt)) return this.#cancelOpen(task);
        const child = this.shared.ledger.child(execution_id);
        if (child === undefined || !this.shared.ledger.mayBeUnstarted(execution_id)) continue;
        const place = { path: task.path, at: task.startedAt ?? '' };
        await this.shared.children().start(child, place, input ?? null);
        this.shared.ledger.started(execution_id);
      }
      if (this.shared.isOver(task, attempt)) return this.#cancelOpen(task);
      this.#await(task);
      this.#goOnIfEnded(task);
    });
  }

  #await(task: Task): void {
    const { timeoutMs } = task.step;
    const since = task.tools?.since ?? '';
    const latest = this.shared.latest();
    const timeoutAt = timeoutMs === null ? Infinity : Date.parse(since) + timeoutMs;
    const expire = (): void => {
      this.abort(task);
      const failure =
        timeoutMs !== null && timeoutAt <= latest ? stepTimeout(timeoutMs) : waitedTooLong(isoTime(latest));
      this.parts.record.attemptFailed(task, since, failure, { usage: task.tools?.rounds.at(-1)?.usage });
      this.parts.wake();
    };
    const isWanted = (): boolean => task.state !== 'settled';
    this.#waiting.set(task, this.parts.timers.at(Math.min(timeoutAt, latest), expire, isWanted));
  }

  #goOnIfEnded(task: Task): boolean {
    const { ledger } = this.shared;
    if (!callsOf(task).every(({ execution_id }) => ledger.hasEnded(execution_id))) return false;
    this.#forget(task);
    this.parts.record.goesOn(task);
    this.parts.wake();
    return true;
  }

  #forget(task: Task): boolean {
    this.#waiting.get(task)?.();
    return this.#waiting.delete(task);
  }

  #cancelOpen(task: Task): void {
    const { ledger, cancel } = this.shared;
    for (const { execution_id } of callsOf(task)) {
      const child = ledger.child(execution_id);
      if (child !== undefined && !ledger.hasEnded(execution_id)) cancel(child);
    }
  }
}

function childOf(execution_id: string, { workflowId, version }: AdmittedTool): ChildExecution {
  return { execution_id, workflow_id: workflowId, version, awaited: true };
}

/** The calls of the latest round that start executions. */
function callsOf({ tools }: Pick<Task, 'tools'>): (RecordedToolCall & { readonly execution_id: string })[] {
  const calls = tools?.rounds.at(-1)?.turns.at(-1)?.calls ?? [];
  return calls.flatMap((call) => (call.execution_id === undefined ? [] : [{ ...call, execution_id: call.execution_id }])); // prettier-ignore
}

/** A call with its input as it leaves the execution; one whose input is too large starts nothing, and its model gets an error. */
function leavingCall({ input, start }: WantedToolCall, redact: Redact | null): Pick<WantedToolCall, 'input' | 'start'> {
  try {
    return { input: childInput(input ?? null, redact), start: redacted(start, 'error' in start ? redact : null) };
  } catch (error) {
    return { input: null, start: { error: error instanceof Error ? error.message : String(error) } };
  }
}
