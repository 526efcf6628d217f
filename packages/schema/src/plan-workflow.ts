import { parseDuration } from './duration.js';
import { isPlainObject } from './field-sites.js';
import { DOCUMENT_LIMITS } from './limits.js';
import type { BlockPlan, RetryPlan, StepPlan, WorkflowPlan } from './plan.js';
import { ProblemList, untilEnough } from './problem-list.js';
import type { Problem, Report } from './problem.js';
import { readDocument, type ReadBlock, type ReadDocument, type ReadStep } from './read-document.js';
import { definitionOf } from './read-step.js';
import { resolveTargets, type ResolvedBlock } from './targets.js';

/** Thrown by {@link planWorkflow} for a document that `validateWorkflow` would refuse; a saved one never is. */
export class InvalidWorkflowError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      `the workflow is not valid: ${problems[0] ? `${problems[0].path}: ${problems[0].message}` : 'unknown problem'}`,
    );
    this.name = 'InvalidWorkflowError';
  }
}

/**
 * Works out what a valid document means. Reads the structure only, so it is cheap (tens of microseconds for a usual
 * document); expressions are taken as checked when the document was saved.
 * Throws {@link InvalidWorkflowError} when the structure is not valid.
 */
export function planWorkflow(document: unknown): WorkflowPlan {
  const problems = new ProblemList(DOCUMENT_LIMITS.problems);
  const report: Report = (problem) => {
    if (problem.severity !== 'warning') problems.add(problem);
  };
  if (!isPlainObject(document)) {
    throw new InvalidWorkflowError([
      { severity: 'error', code: 'wrong_type', path: '', message: 'a workflow must be an object' },
    ]);
  }
  // What was within the limits when it was saved must go on running when they are lowered.
  const unlimited = { ...DOCUMENT_LIMITS, steps: Number.POSITIVE_INFINITY, nesting: Number.POSITIVE_INFINITY };
  const plan = untilEnough(() => {
    const read = readDocument(document, unlimited, report);
    return planDocument(read, (block) => resolveTargets(block, new Map(), report));
  });
  if (plan === null || problems.hasErrors) throw new InvalidWorkflowError(problems.listed(null));
  return plan;
}

/** Gives each list its resolved targets. */
export type ResolutionOf = (block: ReadBlock) => ResolvedBlock;

/** Makes the plan of a document that has been read without errors. */
export function planDocument(read: ReadDocument, resolutionOf: ResolutionOf): WorkflowPlan {
  const { settings } = read;
  const { concurrency } = settings;
  return {
    root: planBlock(read.root, resolutionOf),
    stepCount: read.stepCount,
    variables: read.variables,
    output: read.output,
    timeoutMs: milliseconds(settings.timeout),
    queueTimeoutMs: milliseconds(settings.queue_timeout),
    missing: settings.missing ?? 'error',
    concurrency: concurrency
      ? { limit: concurrency.limit, key: concurrency.key ?? null, onConflict: concurrency.on_conflict ?? 'queue' }
      : null,
    onFailureWorkflow: settings.on_failure_workflow ?? null,
    tool: settings.tool ?? null,
  };
}

function planBlock(block: ReadBlock, resolutionOf: ResolutionOf): BlockPlan {
  const resolved = resolutionOf(block);
  const successors = successorsOf(resolved);
  return {
    name: block.name,
    entry: successors[0] ?? null,
    steps: block.steps.flatMap((step, index) => {
      const places = resolved.steps[index];
      if (places === undefined || step.id === null || step.type === null) return [];
      const definition = definitionOf(step.type);
      const blocks = step.lists.map((inner) => planBlock(inner, resolutionOf));
      const holdsSealed = blocks.some((inner) => inner.steps.some((one) => one.secretsInOutput));
      const plan: StepPlan = {
        id: step.id,
        type: step.type,
        name: step.base.name ?? null,
        config: step.config ?? {},
        if: step.base.if ?? null,
        timeoutMs: milliseconds(step.base.timeout),
        retry: planRetry(step, definition.retriedByDefault),
        onError: planOnError(step, places.goto),
        explicitNext: places.explicitNext,
        successor: successors[index + 1] ?? null,
        branches:
          step.branches === null ? null : Object.fromEntries(places.branches.map((one) => [one.name, one.targets])),
        blocks,
        secretsInOutput: holdsSealed || (step.base.secrets_in_output ?? false),
      };
      return [plan];
    }),
  };
}

/** For each position (and the one after the last): the first one from there on that is no branch target. */
export function successorsOf(resolved: ResolvedBlock): readonly (number | null)[] {
  const found: (number | null)[] = Array.from({ length: resolved.steps.length + 1 }, () => null);
  for (let index = resolved.steps.length - 1; index >= 0; index -= 1) {
    found[index] = resolved.branchTargets.has(index) ? (found[index + 1] ?? null) : index;
  }
  return found;
}

function planOnError(step: ReadStep, goto: number | null): StepPlan['onError'] {
  if (goto !== null) return { kind: 'goto', target: goto };
  return { kind: step.base.on_error === 'continue' ? 'continue' : 'fail' };
}

function planRetry(step: ReadStep, retriedByDefault: boolean): RetryPlan {
  const given = step.base.retry;
  const initialDelayMs = milliseconds(given?.initial_delay) ?? 1_000;
  return {
    maxAttempts: given ? (given.max_attempts ?? 3) : retriedByDefault ? 3 : 1,
    backoff: given?.backoff ?? 'exponential',
    initialDelayMs,
    // A first delay above the usual ceiling raises it: the user asked for that delay.
    maxDelayMs: milliseconds(given?.max_delay) ?? Math.max(30_000, initialDelayMs),
    jitter: given?.jitter ?? true,
    retryIf: given?.retry_if ?? null,
    maxElapsedMs: milliseconds(given?.max_elapsed),
  };
}

function milliseconds(value: unknown): number | null {
  return value === undefined ? null : parseDuration(value);
}
