import type { EventSubscriptionWithSecret, WorkflowResource } from '@millrace/contracts';
import type { ApiClient } from '../support/api.js';
import type { CountingService } from '../support/counting-service.js';
import { eventually } from '../support/eventually.js';

/** What the platform does without being called: a schedule of each second, and an event for each execution of a workflow that completes. */
export class WorkOfItsOwn {
  private constructor(
    private readonly api: ApiClient,
    private readonly service: CountingService,
    private readonly schedule: Pick<WorkflowResource, 'id'>,
    private readonly subscription: Pick<EventSubscriptionWithSecret, 'id'>,
  ) {}

  static async begin(api: ApiClient, service: CountingService, workflowId: string): Promise<WorkOfItsOwn> {
    const body = { at: '{{trigger.scheduled_at}}' };
    const schedule = await api.create({
      name: 'Each second',
      trigger: { type: 'schedule', config: { interval: '1s', catch_up: 'all' } },
      steps: [{ id: 'tick', type: 'http', config: { method: 'POST', url: `${service.url}/tick`, body } }],
    });
    const request = { url: `${service.url}/event`, events: ['execution.completed'], workflow_id: workflowId };
    const subscription = await api.expect<EventSubscriptionWithSecret>(201, 'POST', '/event-subscriptions', {
      json: request,
    });
    return new WorkOfItsOwn(api, service, schedule, subscription);
  }

  /** Ends it; the times for which the schedule has called, in seconds since the first one, each once for each call under a key of its own. */
  async end(): Promise<number[]> {
    await this.api.expect(200, 'POST', `/workflows/${this.schedule.id}/pause`);
    await eventually('what the schedule has started to end', async () => {
      const path = `/executions?workflow_id=${this.schedule.id}&status=running&limit=1`;
      const { executions } = await this.api.expect<{ executions: object[] }>(200, 'GET', path);
      return executions.length === 0 || undefined;
    });
    await this.api.expect(204, 'DELETE', `/event-subscriptions/${this.subscription.id}`);
    const byKey = new Map(
      this.service.callsTo('/tick').map(({ key, body }) => [key, Date.parse((body as { at: string }).at)]),
    );
    const times = [...byKey.values()].sort((a, b) => a - b);
    return times.map((time) => (time - (times[0] ?? 0)) / 1_000);
  }

  /** Waits until an event has come of each of these executions. */
  async announced(ids: Iterable<string>): Promise<void> {
    const missing = new Set(ids);
    const arrived = () => {
      for (const { body } of this.service.callsTo('/event'))
        missing.delete((body as { data: { execution_id: string } }).data.execution_id);
      return missing.size === 0 || undefined;
    };
    await eventually('the events', arrived, { timeoutMs: 120_000, everyMs: 250, lastSeen: () => missing.size });
  }
}
