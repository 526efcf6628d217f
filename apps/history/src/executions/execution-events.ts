import { Injectable } from '@nestjs/common';
import type { EventType } from '@millrace/contracts';
import { EventTeller } from '@millrace/service-kit/event-teller';
import type { Entry } from './entries.js';

/** What a batch has of one execution. */
interface Part {
  readonly executionId: string;
  readonly organisationId: string;
  readonly entries: readonly Entry[];
}

/** The facts about an execution that each event repeats. */
interface Origin {
  readonly workflow_id: string;
  readonly version: number;
  readonly started_at: string;
}

const TYPES = ['execution.started', 'execution.waiting'] as const satisfies EventType[];

/** Tells subscribers that executions begin and wait. Where nobody has subscribed, no event of the journal is looked at. */
@Injectable()
export class ExecutionEvents {
  constructor(private readonly teller: EventTeller) {}

  /** May be called again for the same parts. `originOf` gives null for what nothing is known of. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async tell<P extends Part>(parts: readonly P[], originOf: (part: P) => Origin | null): Promise<void> {
    const wanted = new Map<string, ReadonlySet<EventType>>();
    for (const organisationId of new Set(parts.map((part) => part.organisationId)))
      wanted.set(organisationId, await this.#wanted(organisationId));
    await Promise.all(
      parts.map(async (part) => {
        const types = wanted.get(part.organisationId);
        if (types === undefined || types.size === 0) return;
        const origin = originOf(part);
        if (origin !== null) await this.#tellOf(part, origin, types);
      }),
    );
  }

  async #wanted(organisationId: string): Promise<ReadonlySet<EventType>> {
    const types = new Set<EventType>();
    for (const type of TYPES) if (await this.teller.wants(organisationId, type)) types.add(type);
    return types;
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
      }
    }
  }
}
