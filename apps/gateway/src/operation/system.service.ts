import { Inject, Injectable } from '@nestjs/common';
import {
  ListHistoryLeases,
  ListMailboxLeases,
  type PresentProcess,
  type StartsSnapshotValue,
  type System,
  type SystemLease,
  type SystemService as Service,
  type SystemSource,
} from '@millrace/contracts';
import { BUS, SERVICE_ACCESS, withDeadline, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { startsOf } from '@millrace/service-kit/starts';
import { ProcessRollCall } from './roll-call.js';
import { deadLettersOf, queuesOf, timersOf } from './system-queues.js';

/** Longest that a source is waited for: the answer comes then, without what it would have said. */
const SOURCE_MS = 4_000;
const QUESTION = { timeoutMs: SOURCE_MS };

type Lease = Pick<SystemLease, 'lease' | 'holder' | 'count' | 'until'> & { readonly rest_ms?: number | undefined };

/** How the installation is, as far as those who know answer. */
@Injectable()
export class SystemService {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly rollCall: ProcessRollCall,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async read(): Promise<System> {
    const [nats, present, history, mail] = await Promise.all([
      this.#ask('nats', async () => ({
        ...(await this.bus.queueStates()),
        starts: await startsOf(this.bus.snapshots),
      })),
      this.#ask('services', () => this.rollCall.present()),
      this.#ask('history', () => this.bus.request(ListHistoryLeases, {}, QUESTION)),
      this.#ask('email-ingest', () => this.bus.request(ListMailboxLeases, {}, QUESTION)),
    ]);
    const now = Date.now();
    const states = nats.value;
    const known = {
      starts: states === null ? null : startsIn(states.starts),
      services: present.value === null ? [] : servicesOf(present.value),
      queues: states === null ? [] : queuesOf(states, now),
      timers: states === null ? null : timersOf(states),
      dead_letters: states === null ? null : deadLettersOf(states),
      leases: [
        ...(history.value?.leases ?? []).map((lease) => leaseOf(lease, 'held by one process of history', now)),
        ...(mail.value?.leases ?? []).map((lease) => leaseOf(lease, 'held by the processes of email-ingest', now)),
      ],
    };
    const sources = [nats, present, history, mail].map(({ source }) => source);
    const judged = [
      known.starts,
      ...known.services,
      ...known.queues,
      ...known.leases,
      known.timers,
      known.dead_letters,
    ];
    const ok = sources.every(({ answered }) => answered) && judged.every((one) => one?.ok !== false);
    return { at: new Date(now).toISOString(), ok, sources, ...known };
  }

  async #ask<Value>(
    source: SystemSource['source'],
    ask: () => Promise<Value>,
  ): Promise<{ source: SystemSource; value: Value | null }> {
    try {
      const value = await withDeadline(ask(), SOURCE_MS, () => {
        throw new Error(`No answer came within ${SOURCE_MS} ms`);
      });
      return { source: { source, answered: true, error: null }, value };
    } catch (error) {
      this.logger.warn({ err: error, source }, 'A part of how the installation is is not known');
      const reason = error instanceof Error ? error.message : String(error);
      return { source: { source, answered: false, error: reason }, value: null };
    }
  }
}

function startsIn(starts: StartsSnapshotValue | null): System['starts'] {
  const { paused, since, reason } = starts ?? { paused: false, since: null, reason: null };
  return { paused, since, reason, normal: 'not paused', ok: !paused };
}

/** Every service that there is to be, and any other that says it is there. */
function servicesOf(present: readonly PresentProcess[]): Service[] {
  const names = new Set([...Object.keys(SERVICE_ACCESS), ...present.map(({ service }) => service)]);
  return [...names].sort().map((service) => {
    const replicas = present
      .filter((process) => process.service === service)
      .map(({ instance, node = null, version, started_at, status, failing }) => ({
        ...{ instance, node, version, started_at, status },
        failing: failing.map(({ check, detail }) => ({ check, detail })),
      }));
    const versions = [...new Set(replicas.map(({ version }) => version))].sort();
    const ok = versions.length === 1 && replicas.every(({ status }) => status === 'up');
    return { service, replicas, versions, normal: 'at least one replica, all up and of one version', ok };
  });
}

function leaseOf({ lease, holder, count, until, rest_ms: rest = 0 }: Lease, who: string, now: number): SystemLease {
  const normal = rest > 0 ? `${who} at least every ${Math.ceil(rest / 60_000)} minutes` : who;
  return { lease, holder, count, until, normal, ok: until !== null && Date.parse(until) + rest > now };
}
