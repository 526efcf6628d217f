import type { ApprovalDecision, ApprovalOutcome, ApprovalRequest, StepUsage } from '@millrace/contracts';
import type { EvaluateOptions } from '@millrace/expression';
import type { Redact } from '@millrace/service-kit/redaction';
import type { AbortSource } from '@millrace/service-kit/safe-http';
import type { ConfigOf, StepType, WorkflowTool } from '@millrace/schema';
import type { CallFiles } from '../files/execution-files.js';
import type { Opening } from '../engine/frames.js';
import type { Scope } from '../engine/scope.js';
import type { StepFailure } from './step-failure.js';

/** Takes what a model writes as it comes. */
export interface TextSink {
  add(text: string): void;
  /** That was all of it. */
  end(): void;
  /** The call has failed: what was not sent is not sent any more. */
  drop(): void;
}

/** One call of a tool that a model has asked for. */
export interface ToolCall {
  /** As the model names the call. */
  readonly id: string;
  /** As the model names the tool. */
  readonly name: string;
  readonly input: unknown;
}

/** What came of such a call. */
export type ToolResult = { readonly output: unknown } | { readonly error: string };

/** What a model has said that asked for tools, and what came of that. */
export interface ToolTurn {
  readonly text: string;
  readonly calls: readonly (ToolCall & { readonly result: ToolResult })[];
}

/** What an attempt has done by now, in the runs before this one. */
export interface ToolProgress {
  readonly turns: readonly ToolTurn[];
  /** Calls of models. */
  readonly asked: number;
  readonly usage: StepUsage | undefined;
}

/** A workflow that a model may use. */
export interface AdmittedTool {
  readonly workflowId: string;
  readonly version: number;
  readonly tool: WorkflowTool;
}

/** The tools of one attempt. */
export interface CallTools {
  /** Throws AppError and StepFailure for one that may not be used, and SERVICE_UNAVAILABLE. */
  admitted(workflowIds: readonly string[]): Promise<readonly AdmittedTool[]>;
  /** What came of the rounds before. Throws SERVICE_UNAVAILABLE. */
  progress(): Promise<ToolProgress>;
}

/** A call that starts an execution, or does not for the reason that its model gets. */
export type WantedToolCall = ToolCall & { readonly start: AdmittedTool | { readonly error: string } };

/**
 * In the place of an output: the step goes on when its tools have ended, in another run maybe. Only calls of the last turn start something.
 */
export class ToolsWanted {
  constructor(
    readonly turns: readonly { readonly text: string; readonly calls: readonly WantedToolCall[] }[],
    readonly asked: number,
  ) {}
}

/** One attempt of a step that reaches outside of the process. */
export interface EffectCall {
  readonly organisationId: string;
  readonly executionId: string;
  readonly workflowId: string;
  /** Of the execution; undefined for none. */
  readonly label: string | undefined;
  /** The place of the step run in the execution. */
  readonly path: string;
  /** Which attempt it is, from 1; after a crash the same one again. */
  readonly attempt: number;
  /** Takes what is secret out of texts; null when there is nothing to hide. */
  readonly redact: Redact | null;
  /** The same on every attempt and after every crash: `<execution id>:<path>`. */
  readonly idempotencyKey: string;
  /** Aborted when the result is not needed any more, or its time is over: stop at once. */
  readonly stop: AbortSource;
  /** The same for those who need a real one; made when it is first read. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch at which the first attempt began, also when that was before a crash. */
  readonly firstStartedAt: number;
  /** Milliseconds that the attempt may take, or null for no bound of the step's own. */
  readonly timeoutMs: number | null;
  /** From now on the attempt fails with this when its time is over, and not with the plain STEP_TIMEOUT: its effect may have happened, or there is more to say. Undefined ends that. */
  readonly failTimeoutWith: (failure: StepFailure | undefined) => void;
  /**
   * What the attempt fails of, should its run be lost from now on, in the place of being made again. Resolves when that is durable: before it nothing may be done
   * that must not be done twice. Rejects when the attempt is over, or its run is another executor's by now.
   */
  readonly failLostWith: (failure: StepFailure) => Promise<void>;
  /** Files that it reads and writes. */
  readonly files: CallFiles;
  /** Workflows that it may have run while it waits. */
  readonly tools: CallTools;
  /** Called with how much of an answer is in memory, as it grows: the execution may hold only so much. Bytes. */
  readonly onBytesRead: (bytes: number) => void;
  /** Called with what the attempt has used of a model so far; recorded with its result or failure. */
  readonly onUsage: (usage: StepUsage) => void;
  /** Takes what a model writes in a call, by its number in the attempt; null when nobody is to get it. `hide` takes out what is secret besides. */
  readonly textSink: (call: number, hide: Redact) => TextSink | null;
  /** Called with what the attempt has written for people to read; recorded with its result or failure, masked. */
  readonly onLog: (lines: readonly string[]) => void;
}

/** An attempt that is not to begin yet. */
export interface AwaitedTurn {
  /** For so long its execution stays in its executor meanwhile. Milliseconds. */
  readonly patienceMs: number;
  /** After so long it asks again, whatever comes. Milliseconds. */
  readonly lookMs: number;
  /** Called once its turn has come: it is to ask again. May be replaced. */
  call: () => void;
  /** It is not going to ask again. */
  withdraw(): void;
}

/** An attempt that asks whether it may begin. */
export interface AskingAttempt {
  readonly organisationId: string;
  readonly executionId: string;
  /** The same whenever it asks. */
  readonly id: string;
}

/** Decides when attempts begin. */
export interface Admission {
  /** It may begin, and says when it is over, or waits for its turn. */
  ask(asking: AskingAttempt): { readonly leave: () => void } | AwaitedTurn;
}

/** An attempt that is about to begin. */
export interface Attempt {
  (call: EffectCall): Promise<unknown>;
  /** Who is asked whether it may; absent where it need not wait. */
  readonly admission?: Admission | undefined;
}

/** Evaluates a step's config against what the step can see. Deterministic for the same scope and options. Throws ExpressionError, StepFailure. */
export type Evaluate<Result> = (scope: Scope, options: EvaluateOptions) => Result;

/** A step that only computes: it runs in place, and its result may be lost and computed again. */
export interface PureHandler<T extends StepType> {
  readonly kind: 'pure';
  /** Done once per workflow version; returns what computes the step's output. */
  compile(config: ConfigOf<T>): Evaluate<unknown>;
}

/** A step that runs other steps; it only says how. */
export interface ContainerHandler<T extends StepType> {
  readonly kind: 'container';
  compile(config: ConfigOf<T>): Evaluate<Opening>;
}

/** A step that reaches outside, or runs elsewhere. Its config is evaluated first; only then is the intent recorded and the call made. */
export interface EffectHandler<T extends StepType> {
  readonly kind: 'effect';
  /** False for a step that leaves nothing behind outside of the executor, however it ends. */
  readonly reachesOutside?: false;
  compile(config: ConfigOf<T>): Evaluate<Attempt>;
}

/** What a step waits for. */
export type Wait =
  | {
      readonly waitsFor: 'time';
      /** Milliseconds since the epoch at which it is over. */
      readonly until: number;
    }
  | {
      readonly waitsFor: 'signal';
      readonly signal: string;
      /** Milliseconds since the epoch at which it is over without one; null to wait for as long as an execution can. */
      readonly until: number | null;
    }
  | {
      readonly waitsFor: 'approval';
      readonly asks: Omit<ApprovalRequest, 'id'>;
      /** Milliseconds since the epoch at which it expires. */
      readonly until: number;
    };

/** A wait as it begins: `firstStartedAt` as in {@link EffectCall}, and `startedAt` the same of this attempt. */
export type BeginWait = (firstStartedAt: number, startedAt: number) => Wait;

/** What people have decided about what a step asks them. */
export interface EndedApproval {
  readonly outcome: ApprovalOutcome;
  /** In the order of the journal. */
  readonly decisions: readonly ApprovalDecision[];
}

/** A signal that an execution was sent. */
export interface ReceivedSignal {
  /** Distinguishes it from others. */
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  /** ISO time. */
  readonly at: string;
}

/** What the journal has of a wait that is over. */
export type EndedWait =
  /** `until` in milliseconds since the epoch. */
  | { readonly waitsFor: 'time'; readonly until: number }
  /** `received` is null when none came in time. */
  | { readonly waitsFor: 'signal'; readonly signal: string; readonly received: ReceivedSignal | null }
  | { readonly waitsFor: 'approval'; readonly asked: ApprovalRequest; readonly ended: EndedApproval };

/** That one of those whom a wait is for is to be notified. */
export interface Announcement {
  readonly organisationId: string;
  readonly asked: ApprovalRequest;
  /** The approver, as the approval names them. */
  readonly to: string;
  /** Which reminder it is; 0 for the request. */
  readonly number: number;
  /** When it was asked or reminded, milliseconds since the epoch: the same for each attempt. */
  readonly at: number;
  /** ISO time of its expiry. */
  readonly until: string | null;
  readonly signal: AbortSignal;
}

/**
 * A step that waits for something outside of the execution, be it for months. Its config is evaluated once, when it begins;
 * after that the execution may be suspended and go on in another process, so the outcome comes from what is recorded alone.
 */
export interface WaitHandler<T extends StepType> {
  readonly kind: 'wait';
  compile(config: ConfigOf<T>): Evaluate<BeginWait>;
  /** The step's output. Throws StepFailure. */
  outcome(ended: EndedWait): unknown;
  /** Notifies one of those that it waits for, once that it waits is durable; resolves with the Message-ID. Rejects with a StepFailure. */
  readonly announce?: ((announcement: Announcement) => Promise<string>) | undefined;
}

/** The execution that a step starts. */
export interface ChildCall {
  readonly workflowId: string;
  readonly input: unknown;
  /** Whether the step waits for its end. */
  readonly awaited: boolean;
}

/** A step that starts another execution. Its config is evaluated again when it is not certain that the execution was started. */
export interface ChildHandler<T extends StepType> {
  readonly kind: 'child';
  compile(config: ConfigOf<T>): Evaluate<ChildCall>;
}

/** How a step type runs. */
export type StepHandler<T extends StepType> =
  PureHandler<T> | ContainerHandler<T> | EffectHandler<T> | WaitHandler<T> | ChildHandler<T>;
