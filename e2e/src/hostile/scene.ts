import { randomUUID } from 'node:crypto';
import {
  type EventSubscriptionWithSecret,
  ENDPOINTS,
  type EndpointDeclaration,
  type MailboxResource,
  type OrganisationResource,
  type TokenCreated,
  type WorkflowResource,
} from '@millrace/contracts';
import { ApiClient } from '../support/api.js';
import { aFile } from '../support/files.js';
import { anApproval } from '../support/approvals.js';
import { aJob } from '../support/jobs.js';
import { houseAccount } from '../support/mail-house.js';
import { anOrganisation } from '../support/organisations.js';
import { readEndpoints } from '../support/platform.js';
import { demoProvider, EXAMPLE_MAILBOX, EXAMPLE_STEPS, EXAMPLE_SUBSCRIPTION, routeOf } from '../support/routes.js';
import { subscribed } from '../support/subscriptions.js';

const TRIGGERS = [{ type: 'webhook' }, { type: 'schedule', config: { cron: '@yearly' } }];
const NAME = 'hostile';
/** The call that pauses all starts of the installation. */
export const PAUSES_ALL = 'pauseStarts';

/**
 * An organisation of its own, with one of everything that an endpoint can be about: what is changed may become anything, and none of the other
 * tests has to do with it.
 */
export class Scene {
  private constructor(
    readonly api: ApiClient,
    /** The organisation's id and token. */
    readonly organisation: { readonly id: string; readonly token: string },
    /** What is in paths, by the names of the parameters. */
    readonly ids: Readonly<Record<string, string>>,
    /** A workflow that no call of `ids` changes. */
    readonly untouched: WorkflowResource,
  ) {}

  static async open(): Promise<Scene> {
    const organisation = await anOrganisation({
      api_calls_per_hour: 100_000_000,
      executions_per_minute: 10_000_000,
      webhook_calls_per_minute: 10_000_000,
    });
    const api = new ApiClient(organisation.token);
    const [workflow, untouched] = await Promise.all([aWorkflow(api), aWorkflow(api)]);
    const execution = await api.run(untouched.id);
    await api.expect(200, 'PUT', `/secrets/${NAME}`, { json: { value: 'correct-horse' } });
    await api.expect(200, 'PUT', `/variables/${NAME}`, { json: { value: 1 } });
    await api.expect(200, 'PUT', `/mail/senders/${NAME}`, { json: houseAccount() });
    await api.expect(200, 'PUT', `/ai/providers/${NAME}`, { json: demoProvider() });
    const document = { name: 'Ours', steps: EXAMPLE_STEPS };
    await api.expect(200, 'PUT', `/workflows/${workflow.id}/draft`, { json: { document } });
    const ids = {
      workflow_id: workflow.id,
      execution_id: execution.id,
      webhook_id: webhookOf(untouched),
      approval_id: await anApproval(api),
      job_id: await aJob(api),
      file_id: await aFile(api),
      mailbox_id: (await aMailbox(api)).id,
      token_id: (await aToken(api)).id,
      organisation_id: (await aSuspendedOrganisation()).id,
      ...(await subscribed(api, EXAMPLE_SUBSCRIPTION)),
      // Nobody has given anything up.
      dead_letter_id: 'dl_999999999',
      ...{ secret_name: NAME, variable_name: NAME, sender_name: NAME, provider_name: NAME },
    };
    return new Scene(api, organisation, ids, untouched);
  }

  /** Its mailboxes would be looked at for the rest of the run. */
  async close(): Promise<void> {
    const path = `/organisations/${this.organisation.id}`;
    await operator().expect(200, 'PATCH', path, { json: { suspended: true } });
    await operator().expect(204, 'DELETE', path);
  }

  /** All endpoints of a kind, as calls; but for the one after which nothing starts any more. */
  routes(of: (endpoint: EndpointDeclaration) => boolean) {
    return ENDPOINTS.filter((endpoint) => of(endpoint) && endpoint.id !== PAUSES_ALL).map((endpoint) => ({
      ...routeOf(endpoint, this.ids),
      endpoint,
      access: endpoint.access,
    }));
  }
}

export const aWorkflow = (api: ApiClient, triggers: readonly object[] = TRIGGERS) =>
  api.create({ name: 'Hostile', triggers, steps: EXAMPLE_STEPS });

export const aMailbox = (api: ApiClient) =>
  api.expect<MailboxResource>(201, 'POST', '/mailboxes', {
    // A folder of an account has one mailbox.
    json: { ...EXAMPLE_MAILBOX, imap: { ...EXAMPLE_MAILBOX.imap, user: randomUUID() } },
  });

export const aToken = (api: ApiClient) =>
  api.expect<TokenCreated>(201, 'POST', '/tokens', { json: { name: NAME, scopes: ['workflows:read'] } });

const operator = () => new ApiClient(readEndpoints().operator_token);

/** It may be deleted. */
export const aSuspendedOrganisation = () =>
  operator().expect<OrganisationResource>(201, 'POST', '/organisations', {
    json: { name: NAME, suspended: true, credits: 1_000_000 },
  });

/** The id in the address of its first trigger. */
export function webhookOf({ triggers }: WorkflowResource): string {
  const [{ config }] = triggers as [{ config: { url: string } }];
  return config.url.split('/').at(-1) ?? '';
}

export const aSubscription = (api: ApiClient) =>
  api.expect<EventSubscriptionWithSecret>(201, 'POST', '/event-subscriptions', { json: EXAMPLE_SUBSCRIPTION });
