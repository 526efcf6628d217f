import { OrganisationSenders } from './organisation-senders.js';

it('takes nothing from a snapshot that says it is of another organisation', async () => {
  const sender = { host: 'mail.example.com', port: 587, tls: 'starttls', user: null, password: null };
  const text = JSON.stringify({ ...sender, from: 'a@example.com', rate_per_minute: 60 });
  const bus = { snapshots: { get: () => Promise.resolve({ organisation_id: 'org_1', senders: { support: text } }) } };
  const installation = { find: () => Promise.reject(new Error('not asked')) };
  const senders = new OrganisationSenders(bus as never, undefined as never, installation);
  await expect(senders.find('org_1', 'support')).resolves.toMatchObject({ organisationId: 'org_1' });
  await expect(senders.find('org_2', 'support')).rejects.toMatchObject({ code: 'MAIL_SENDER_NOT_FOUND' });
});
