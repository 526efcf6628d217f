import {
  CreateOrganisation,
  DeleteSecret,
  OrganisationSnapshot,
  PutSecret,
  SecretsSnapshot,
  UpdateOrganisation,
} from '@millrace/contracts';
import { uniqueName } from '@millrace/testing';
import { OrganisationsRepository } from '../src/organisations/organisations.repository.js';
import { SecretsRepository } from '../src/settings/settings.repository.js';
import { OrganisationSnapshots } from '../src/snapshots/organisation-snapshots.js';
import { SettingSnapshots } from '../src/snapshots/setting-snapshots.js';
import { startReplicaWithKeys } from './master-keys.fixture.js';

/** Publishers that have read a record when somebody writes it, and publish it after that writer has. Workflows are in repair.int.test.ts. */

// Nobody else repairs what they leave behind.
const running = startReplicaWithKeys({ MILLRACE_SWEEP_SECONDS: '3600', MILLRACE_AUDIT_SECONDS: '3600' });

const request: typeof running.fixture.client.request = (...question) => running.fixture.client.request(...question);

it('a secret that was deleted meanwhile does not stay published', async () => {
  const organisation_id = uniqueName('org');
  await request(PutSecret, { organisation_id, name: 'key', value: 'correct-horse' });
  const secrets = running.replica.app.get(SecretsRepository);
  const read = secrets.find.bind(secrets);
  const reads = jest.spyOn(secrets, 'find').mockImplementationOnce(async (address) => {
    const before = await read(address);
    await request(DeleteSecret, { organisation_id, name: 'key' });
    return before;
  });
  await running.replica.app.get(SettingSnapshots).publish(secrets, organisation_id);
  reads.mockRestore();
  const published = await running.fixture.client.snapshots.get(SecretsSnapshot, { organisation_id });
  expect(published).toEqual({ organisation_id, secrets: {} });
});

it('an organisation that was suspended meanwhile does not stay published as one that is not', async () => {
  const { id } = await request(CreateOrganisation, { organisation: { name: 'Acme' } });
  const organisations = running.replica.app.get(OrganisationsRepository);
  const read = organisations.findEver.bind(organisations);
  const reads = jest.spyOn(organisations, 'findEver').mockImplementationOnce(async (address) => {
    const before = await read(address);
    await request(UpdateOrganisation, { organisation_id: id, patch: { suspended: true } });
    return before;
  });
  await running.replica.app.get(OrganisationSnapshots).publish(id);
  reads.mockRestore();
  const published = await running.fixture.client.snapshots.get(OrganisationSnapshot, { organisation_id: id });
  expect(published).toMatchObject({ suspended: true });
});
