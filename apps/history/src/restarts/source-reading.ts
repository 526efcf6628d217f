import { isEnd, type EndEvent, type ExecutionEvent } from '@millrace/contracts';
import { marksOf, type StepOutcome } from '@millrace/schema';
import type { EntryReading } from '../executions/execution-sources.js';
import { isStepEvent, type StepEvent } from '../step-runs/step-run.js';
import { isResult } from './reused-events.js';

/** What a step of the workflow itself came to. */
export interface RecordedOutcome extends StepOutcome {
  readonly type: string;
  /** Its output is sealed. */
  readonly sealed: boolean;
}

/** Side effects by one step, in all iterations of the loops around it; `[]` in its path is any of these. */
export interface RecordedEffects {
  readonly path: string;
  readonly type: string;
  runs: number;
}

/** What has to be known of an execution that another one retries or replays, read from its events. */
export class SourceReading implements EntryReading {
  started: Extract<ExecutionEvent, { type: 'started' }> | undefined;
  ended: EndEvent | undefined;
  /** Of the steps of the workflow itself, by their ids. */
  readonly outcomes = new Map<string, RecordedOutcome>();
  readonly effects = new Map<string, RecordedEffects>();
  /** Paths of all step runs that have a result. */
  readonly results: string[] = [];
  readonly #begun = new Set<string>();

  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (event.type === 'started') this.started ??= event;
      else if (isEnd(event)) {
        this.ended = event;
        return false;
      } else if (isStepEvent(event)) this.#note(event);
    }
    return true;
  }

  #note(event: StepEvent): void {
    const { path, step_type: type } = event;
    // What was taken over had its effect in another execution, which this one stands for.
    if (event.type === 'step_started' || event.type === 'step_completed') this.#noteEffect(path, type);
    if (!isResult(event)) return;
    this.results.push(path);
    if (!isOfWorkflow(path) || this.outcomes.has(path)) return;
    this.outcomes.set(path, { ...outcomeOf(event), type, sealed: 'sealed' in event && event.sealed !== undefined });
  }

  #noteEffect(path: string, type: string): void {
    if (!hasEffect(type) || this.#begun.has(path)) return;
    this.#begun.add(path);
    const place = path.replace(/\[\d+\]/g, '[]');
    const effects = this.effects.get(place) ?? { path: place, type, runs: 0 };
    effects.runs++;
    this.effects.set(place, effects);
  }
}

/** Whether steps of a type change something that is not undone; so may those of a type that only a later version knows. */
function hasEffect(type: string): boolean {
  const { reaches } = marksOf(type);
  return reaches !== 'nothing' && reaches !== 'people';
}

/** The step of the workflow itself that a step run belongs to. */
export function topStepOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function isOfWorkflow(path: string): boolean {
  return topStepOf(path) === path;
}

function outcomeOf(event: StepEvent): StepOutcome {
  if (event.type === 'step_skipped') return { status: 'skipped' };
  if (event.type === 'step_failed') return { status: 'failed' };
  const output = event.type === 'step_completed' ? event.output : undefined;
  const branch = typeof output === 'object' && output !== null ? (output as { branch?: unknown }).branch : undefined;
  return { status: 'completed', ...(typeof branch === 'string' ? { branch } : {}) };
}
