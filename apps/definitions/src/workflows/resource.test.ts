import { workflowResourceSchema } from '@millrace/contracts';
import { triggersWithoutServers } from '../../test/triggers.fixture.js';
import { toResource } from './resource.js';
import type { WorkflowRecord } from './workflow.schema.js';
import type { WorkflowVersionRecord } from './workflow-version.schema.js';

const workflow: WorkflowRecord = {
  _id: 'wf_1',
  organisation_id: 'org_1',
  name: 'n',
  description: null,
  status: 'active',
  version: 2,
  revision: 5,
  webhooks: [
    { webhook_id: 'wh_a', method: 'POST', required_headers: null },
    { webhook_id: 'wh_b', method: 'PUT', required_headers: null },
  ],
  created_at: new Date(0),
  updated_at: new Date(1),
  deleted_at: null,
  snapshot_pending: false,
};

function versionWith(document: unknown, warnings: unknown[] = []): WorkflowVersionRecord {
  return {
    _id: 'wf_1:2',
    organisation_id: 'org_1',
    workflow_id: 'wf_1',
    version: 2,
    base_revision: 4,
    name: 'n',
    document: JSON.stringify(document),
    warnings: JSON.stringify(warnings),
    created_at: new Date(0),
    bytes: 2,
    retired: false,
    retired_at: null,
    drained_at: null,
  };
}

const present = () => triggersWithoutServers().presenter(workflow, 'https://m');

describe('toResource', () => {
  it('has the form of the reference, and the address of a webhook trigger', () => {
    const resource = toResource(
      workflow,
      versionWith({ name: 'n', trigger: { type: 'webhook' }, steps: [] }),
      present(),
    );
    expect(resource).toEqual({
      id: 'wf_1',
      name: 'n',
      description: null,
      status: 'active',
      trigger: { type: 'webhook', config: { url: 'https://m/v1/webhooks/wh_a' } },
      steps: [],
      variables: {},
      version: 2,
      created_at: '1970-01-01T00:00:00.000Z',
      updated_at: '1970-01-01T00:00:00.001Z',
      execution_count: 0,
    });
    expect(workflowResourceSchema.parse(resource)).toEqual(resource);
  });

  it('gives each of several webhook triggers its own address and others none', () => {
    const triggers = [
      { type: 'webhook', config: {} },
      { type: 'schedule', config: { cron: '* * * * *' } },
      { type: 'webhook', config: { method: 'PUT' } },
    ];
    const resource = toResource(workflow, versionWith({ name: 'n', triggers, steps: [] }), present());
    expect(resource.triggers).toEqual([
      { type: 'webhook', config: { url: 'https://m/v1/webhooks/wh_a' } },
      { type: 'schedule', config: { cron: '* * * * *' } },
      { type: 'webhook', config: { method: 'PUT', url: 'https://m/v1/webhooks/wh_b' } },
    ]);
  });

  it('has warnings only when there are any', () => {
    const warning = { path: 'steps[1]', message: 'is never reached' };
    expect(toResource(workflow, versionWith({ name: 'n' }, [warning]), present()).warnings).toEqual([warning]);
    expect(toResource(workflow, versionWith({ name: 'n' }), present())).not.toHaveProperty('warnings');
  });
});
