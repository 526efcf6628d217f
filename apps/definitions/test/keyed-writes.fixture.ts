import {
  CreateWorkflow,
  newIdDigits,
  type MailboxRequest,
  type RequestDefinition,
  type WorkflowResource,
} from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import { uniqueName } from '@millrace/testing';
import { startReplicaWithKeys } from './master-keys.fixture.js';

/*
 * What a gateway asks under an Idempotency-Key carries the write that it is part of. When the gateway dies, whoever repeats the request asks the same
 * with the same write: here what was done then must be found.
 */

/** What is stored in its collections is of one organisation for each test. */
export interface KeyedQuestions {
  organisation_id: string;
  readonly running: ReturnType<typeof startReplicaWithKeys>;
  readonly ask: <Q, R>(request: RequestDefinition<Q, R>, question: Q, write?: KeyedWrite) => Promise<R>;
  readonly aWorkflow: () => Promise<WorkflowResource>;
  readonly countOf: (collection: string) => Promise<number>;
  readonly entriesIn: (collection: string) => Promise<number>;
}

export const aWrite = (): KeyedWrite => ({ id: newIdDigits(), seed: 's'.repeat(43), again: false });

const WEBHOOK = { type: 'webhook', config: { signature: { scheme: 'github', secret: '{{secrets.hook}}' } } };
export const DOCUMENT = {
  name: 'Orders',
  trigger: WEBHOOK,
  steps: [{ id: 'one', type: 'transform', config: { output: '{{input}}' } }],
};
export const SUBSCRIPTION = { url: 'https://example.com/hook', events: ['execution.failed'] } as never;
export const MAILBOX: MailboxRequest = {
  address: 'a@example.com',
  imap: { host: 'imap.example.com', user: 'a', auth: { secret: 'correct-horse' } },
};
export const TOKEN = { name: 'CI', scopes: ['workflows:read'] } as never;

/** Starts a replica for the tests of a file. */
export function askUnderKeys(): KeyedQuestions {
  const running = startReplicaWithKeys();
  const of: KeyedQuestions = {
    organisation_id: '',
    running,
    ask: (request, question, write) =>
      running.fixture.client.request(request, question, write === undefined ? {} : { write }),
    aWorkflow: () => of.ask(CreateWorkflow, { organisation_id: of.organisation_id, document: DOCUMENT }),
    countOf: (collection) =>
      running.fixture.mongo.collection(collection).countDocuments({ organisation_id: of.organisation_id }),
    async entriesIn(collection) {
      const filter = { organisation_id: of.organisation_id };
      const record = await running.fixture.mongo.collection(collection).findOne(filter);
      return ((record?.['entries'] ?? []) as unknown[]).length;
    },
  };
  beforeEach(() => {
    of.organisation_id = uniqueName('org');
  });
  return of;
}
