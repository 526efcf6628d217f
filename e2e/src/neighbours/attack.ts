import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient, type Answer, type CallOptions } from '../support/api.js';
import { OTHER_TOKEN } from '../support/platform.js';
import { EXAMPLE_STEPS } from '../support/routes.js';
import { HostileService } from './hostile-service.js';

/** Which part of a family runs: `short` in CI, `whole` by hand. */
export type Extent = 'short' | 'whole';

/** One thing an attacker does. It must end by itself. */
export interface Attack {
  readonly name: string;
  readonly run: (attacker: Attacker) => Promise<void>;
}

/** Attacks of one kind, generated where there are many. */
export interface Family {
  readonly name: string;
  readonly attacks: (extent: Extent, attacker: Attacker) => readonly Attack[];
}

interface HostileCall extends CallOptions {
  /** A status above 500 with which the caller may be told that it asks for too much at a time. */
  readonly busyStatus?: number;
}

/** An organisation that means harm, and a stranger without a token; both know only the public API. */
export class Attacker {
  readonly tenant = new ApiClient(OTHER_TOKEN);
  readonly stranger = new ApiClient(null);
  /** Server errors that the attacker got: hostile input is refused, never a defect. */
  readonly defects: string[] = [];

  private constructor(
    readonly service: HostileService,
    readonly workflow: WorkflowResource,
  ) {}

  static async open(): Promise<Attacker> {
    const workflow = await new ApiClient(OTHER_TOKEN).create({
      name: 'Takes anything',
      trigger: { type: 'webhook' },
      steps: EXAMPLE_STEPS,
    });
    return new Attacker(await HostileService.start(), workflow);
  }

  async close(): Promise<void> {
    await this.service.stop();
  }

  get webhook(): string {
    return ApiClient.webhookPath(this.workflow);
  }

  /** Sends one hostile call. A connection that is closed on it is as good as a refusal. */
  async send(client: ApiClient, method: string, path: string, options: HostileCall = {}): Promise<number> {
    let answer: Answer<unknown>;
    try {
      answer = await client.call(method, path, options);
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError')
        this.defects.push(`${method} ${path.slice(0, 80)}: no answer in 30 s`);
      return 0;
    }
    if (answer.status >= 500 && answer.status !== options.busyStatus)
      this.defects.push(
        `${method} ${path.slice(0, 80)}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`,
      );
    return answer.status;
  }

  /** Saves a workflow and runs it to its end, whatever that is; gives up without a word when it is refused. */
  async saveAndRun(document: Readonly<Record<string, unknown>>, input: unknown = {}): Promise<string | null> {
    const saved = await this.tenant.call<WorkflowResource>('POST', '/workflows', { json: document });
    if (saved.status >= 500) this.defects.push(`saving: ${saved.status} ${JSON.stringify(saved.body).slice(0, 300)}`);
    if (saved.status !== 201) return null;
    const { execution_id: id } = await this.tenant.execute(saved.body.id, input);
    await this.tenant.ended(id, 120_000);
    return id;
  }
}
