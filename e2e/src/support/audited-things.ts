import type { JobResource, WebhookList, WorkflowResource } from '@millrace/contracts';
import type { ApiClient } from './api.js';

export type Members = Readonly<Record<string, unknown>>;

/** What the writes of an organisation are about, and how they are made and looked at. */
export class AuditedThings {
  /** Ids of what has been made by now. */
  workflow = '';
  copy = '';
  webhook = '';
  job = '';
  mailbox = '';
  subscription = '';
  token = '';

  constructor(
    readonly api: ApiClient,
    readonly operator: ApiClient,
    readonly organisation: string,
  ) {}

  at(path = ''): string {
    return `/workflows/${this.workflow}${path}`;
  }

  get<Body = Members>(path: string): Promise<Body> {
    return this.api.expect<Body>(200, 'GET', path);
  }

  post<Body = Members>(status: number, path: string, json?: object): Promise<Body> {
    return this.api.expect<Body>(status, 'POST', path, json ? { json } : {});
  }

  change(method: string, path: string, json: object): Promise<Members> {
    return this.api.expect<Members>(200, method, path, { json });
  }

  remove(path: string): Promise<unknown> {
    return this.api.expect(204, 'DELETE', path);
  }

  async workflowShown(id = this.workflow): Promise<Members> {
    const { version, status } = await this.get<WorkflowResource>(`/workflows/${id}`);
    const { document } = await this.get(`/workflows/${id}/versions/${version}`);
    const { webhooks } = await this.get<WebhookList>(`/workflows/${id}/webhooks`);
    const path = `/workflows/${id}/schedules`;
    const { schedules } = await this.get<{ schedules: { index: number; status: string }[] }>(path);
    const paused_schedules = schedules.filter((one) => one.status === 'paused').map(({ index }) => index);
    return { status, paused_schedules, webhooks: webhooks.map((one) => one.id), document, version };
  }

  /** One of a list, by a member. */
  async ofList(list: string, by: string, name: string): Promise<Members> {
    const page = await this.get<Record<string, Members[]>>(`/${list}?limit=100`);
    return page[list]?.find((one) => one[by] === name) ?? {};
  }

  /** What is found by its id alone. */
  async nameless(path: string): Promise<Members> {
    const found = await this.get(path);
    return { ...found, name: found['id'], description: null };
  }

  async jobShown(): Promise<Members> {
    const found = await this.get<JobResource>(`/jobs/${this.job}`);
    return { ...found, cancelled: found.status === 'cancelled', version: null };
  }

  secretShown(): Promise<Members> {
    return this.ofList('secrets', 'name', 'audited');
  }

  organisationShown(): Promise<Members> {
    return this.operator.expect<Members>(200, 'GET', `/organisations/${this.organisation}`);
  }
}
