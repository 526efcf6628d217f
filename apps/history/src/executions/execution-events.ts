import { Inject, Injectable } from '@nestjs/common';
import { AppError, approvalRequestIn, type EventType, type ExecutionEvent } from '@millrace/contracts';
import { following } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller, type Occurrence } from '@millrace/service-kit/event-teller';
import type { Logger } from '@millrace/service-kit/logging';
import type { Entry } from './entries.js';

/** What a batch has of one execution. */
interface Part {
  readonly executionId: string;
  readonly organisationId: string;
  readonly entries: readonly Entry[];
  /** The trace that it belongs to. */
  readonly traceparent?: string | undefined;
}

/** The facts about an execution that each event repeats. */
interface Origin {
  readonly workflow_id: string;
  readonly version: number;
  readonly started_at: string;
  /** It only tries something: nobody is notified of it. */
  readonly test?: boolean | undefined;
}

const TYPES = [
  'execution.started',
  'execution.waiting',
  'approval.requested',
  'approval.decided',
  'approval.reminded',
] as const satisfies EventType[];

/** A look-up that fails for so long holds up no record any more: then nobody counts as a subscriber. */
const PASSES_MS = 10_000;

/** After that the time until the next look-up, as each may take seconds to fail. */
const PAUSE_MS = 5_000;

/** Notifies subscribers that executions begin and wait. Where nobody has subscribed, no event of the journal is looked at. */
@Injectable()
export class ExecutionEvents {
  /** Since when look-ups fail, by organisation. */
  readonly #failing = new Map<string, number>();
  #isLogged = false;
  #pausedUntil = 0;

  constructor(
    private readonly teller: EventTeller,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /**
   * May be called again for the same parts. `originOf` gives null for what nothing is known of. Throws SERVICE_UNAVAILABLE, STORAGE_FULL
   * when it cannot be published, and for some seconds when it is not known who subscribes to it.
   */
  async tell<P extends Part>(parts: readonly P[], originOf: (part: P) => Origin | null): Promise<void> {
    const wanted = new Map<string, ReadonlySet<EventType>>();
    for (const organisationId of new Set(parts.map((part) => part.organisationId)))
      wanted.set(organisationId, await this.#wanted(organisationId));
    await Promise.all(
      parts.map(async (part) => {
        const types = wanted.get(part.organisationId);
        if (types === undefined || types.size === 0) return;
        const origin = originOf(part);
        if (origin === null || origin.test === true) return;
        await following(part.traceparent, () => this.#tellOf(part, origin, types));
      }),
    );
  }

  async #wanted(organisationId: string): Promise<ReadonlySet<EventType>> {
    if (performance.now() < this.#pausedUntil) return new Set();
    try {
      const types = new Set<EventType>();
      for (const type of TYPES) if (await this.teller.wants(organisationId, type)) types.add(type);
      if (this.#failing.delete(organisationId)) this.#isLogged = false;
      return types;
    } catch (error) {
      this.#giveUp(organisationId, error);
      return new Set();
    }
  }

  /** Throws the failure while it is to be hoped that it passes. */
  #giveUp(organisationId: string, error: unknown): void {
    const now = performance.now();
    const since = this.#failing.get(organisationId) ?? now;
    this.#failing.set(organisationId, since);
    const mayPass = error instanceof AppError;
    if (mayPass && now - since < PASSES_MS) throw error;
    if (mayPass) this.#pausedUntil = now + PAUSE_MS;
    if (this.#isLogged) return;
    this.#isLogged = true;
    this.logger.warn(
      { err: error, organisationId },
      'It cannot be looked up who subscribes to executions; until then nobody is notified that they begin or wait',
    );
  }

  async #tellOfApproval(
    event: ExecutionEvent,
    about: Pick<Occurrence, 'organisationId' | 'workflowId'>,
    of: { readonly execution_id: string; readonly workflow_id: string },
    types: ReadonlySet<EventType>,
  ): Promise<void> {
    const happened = approvalEventOf(event);
    if (happened === null || !types.has(happened.type)) return;
    const { type, at, approval_id } = happened;
    const number = 'number' in happened ? [String(happened.number)] : [];
    await this.teller.tell({
      ...{ ...about, type, at, source: [approval_id, ...number] },
      data: { approval_id, ...of, ...happened.data },
    });
  }

  async #tellOf(part: Part, { workflow_id, version, started_at }: Origin, types: ReadonlySet<EventType>) {
    const { executionId: execution_id, organisationId, entries } = part;
    const data = { execution_id, workflow_id, version, started_at };
    const about = { organisationId, workflowId: workflow_id };
    for (const { sequence, events } of entries) {
      for (const event of events) {
        if (event.type === 'started' && types.has('execution.started'))
          await this.teller.tell({ ...about, type: 'execution.started', at: event.at, source: [execution_id], data });
        if (event.type === 'suspended' && types.has('execution.waiting'))
          await this.teller.tell({
            ...about,
            type: 'execution.waiting',
            at: event.at,
            source: [execution_id, String(sequence)],
            data: { ...data, until: event.until ?? null },
          });
        await this.#tellOfApproval(event, about, { execution_id, workflow_id }, types);
      }
    }
  }
}

/** That an approval is asked for, still waits, or has an outcome, as subscribers get it: with ids, and not what is asked of whom. */
function approvalEventOf(event: ExecutionEvent) {
  if (event.type === 'step_waiting') {
    const request = approvalRequestIn(event);
    if (request === null) return null;
    const data = { step_path: event.path, required: request.required, expires_at: event.until ?? event.at };
    return { type: 'approval.requested', at: event.at, approval_id: request.id, data } as const;
  }
  if (event.type === 'approval_reminded') {
    const { path, number, until = null, at, approval_id } = event;
    return {
      type: 'approval.reminded',
      at,
      approval_id,
      number,
      data: { step_path: path, number, expires_at: until },
    } as const;
  }
  if (event.type !== 'approval_decided' || event.outcome === undefined || event.approval_id === undefined) return null;
  const data = { step_path: event.path ?? '', status: event.outcome };
  return { type: 'approval.decided', at: event.at, approval_id: event.approval_id, data } as const;
}
