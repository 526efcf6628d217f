import {
  CreateWorkflow,
  DiffWorkflowVersions,
  GetWorkflow,
  GetWorkflowDraft,
  GetWorkflowDraftText,
  GetWorkflowText,
  GetWorkflowVersion,
  ListWorkflows,
  PutWorkflowDraft,
} from '@millrace/contracts';
import { BUS, type NatsBus } from '@millrace/messaging';
import { aWorkflow, uniqueName } from '@millrace/testing';
import { openFixture, type Fixture, type Replica } from './definitions.fixture.js';

let fixture: Fixture;
let replica: Replica;

beforeAll(async () => {
  fixture = await openFixture();
  replica = await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());
afterEach(() => jest.restoreAllMocks());

/** Whose turn is waited for. */
const turnsTaken = () => jest.spyOn(replica.app.get<NatsBus>(BUS).heavyQuestions, 'enter');

describe('what takes long to read or to write out', () => {
  it.each([
    GetWorkflow,
    GetWorkflowText,
    GetWorkflowVersion,
    DiffWorkflowVersions,
    GetWorkflowDraft,
    GetWorkflowDraftText,
    PutWorkflowDraft,
  ])('waits for the turn of its organisation: $subject', async (request) => {
    const organisation_id = uniqueName('org');
    const { id: workflow_id } = await fixture.client.request(CreateWorkflow, {
      organisation_id,
      document: aWorkflow(),
    });
    const turns = turnsTaken();
    const question = { organisation_id, workflow_id, version: 1, document: {}, token_id: 'tok_a' };
    // That there is no draft, or no version before it, is an answer too.
    await fixture.client.request(request as typeof GetWorkflow, question).catch(() => undefined);
    expect(turns.mock.calls).toEqual([[organisation_id]]);
  });
});

it('what takes little waits for nobody', async () => {
  const turns = turnsTaken();
  await fixture.client.request(ListWorkflows, { organisation_id: uniqueName('org'), page: 1, per_page: 20 });
  expect(turns).not.toHaveBeenCalled();
});
