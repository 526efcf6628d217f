import type { MailSenderResource, MailSenderTest } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { houseAccount, mailsWithId } from './support/mail-house.js';
import { OTHER_TOKEN } from './support/platform.js';

/* Accounts of organisations, over the API and to the e-mail that arrives. The mail house is the mail server. */

const ours = new ApiClient();
const theirs = new ApiClient(OTHER_TOKEN);
const NAME = 'e2e_support';

const workflow = (config: object) => ({
  name: 'By a sender',
  steps: [{ id: 'send', type: 'email', config: { to: 'ada@example.com', subject: 'S', body: 'B', ...config } }],
});

beforeAll(async () => {
  await ours.expect<MailSenderResource>(200, 'PUT', `/mail/senders/${NAME}`, { json: houseAccount() });
});
afterAll(() => ours.call('DELETE', `/mail/senders/${NAME}`));

it('a sender that is stored sends a test, and the e-mail of a step that names it', async () => {
  const tried = await ours.expect<MailSenderTest>(200, 'POST', `/mail/senders/${NAME}/test`, {
    json: { to: 'grace@example.com' },
  });
  expect(await mailsWithId(tried.message_id)).toMatchObject([
    { to: ['grace@example.com'], from: '"Support" <support@example.com>' },
  ]);
  const { id } = await ours.create(workflow({ sender: NAME }));
  const sent = (await ours.run(id)).output as { message_id: string };
  expect(await mailsWithId(sent.message_id)).toMatchObject([
    { to: ['ada@example.com'], from: '"Support" <support@example.com>' },
  ]);
});

it('a sender of another organisation is unknown to a step that names it', async () => {
  const { id } = await theirs.create(workflow({ sender: NAME }));
  const { error } = await theirs.ended((await theirs.execute(id)).execution_id);
  expect(error).toMatchObject({ code: 'MAIL_SENDER_NOT_FOUND' });
});

it('a server inside of the network is refused, whatever the sender says', async () => {
  await ours.expect(200, 'PUT', '/mail/senders/e2e_inside', {
    json: { ...houseAccount(), host: '169.254.169.254', port: 25 },
  });
  try {
    const answer = await ours.call('POST', '/mail/senders/e2e_inside/test', { json: { to: 'ada@example.com' } });
    expect([answer.status, answer.body]).toMatchObject([422, { error: { code: 'EMAIL_SERVER_BLOCKED' } }]);
  } finally {
    await ours.call('DELETE', '/mail/senders/e2e_inside');
  }
});
