import { startGateway, type RunningGateway } from './gateway.fixture.js';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

// Nobody who owns senders is there: what was asked of them would be 503.
test('a mail sender that could not be is refused with the member that is wrong', async () => {
  const account = { host: 'smtp.example.com', from: 'a@example.com' };
  const refused: [path: string, body: object][] = [
    ['host', { ...account, host: 'a b' }],
    ['host', { ...account, host: undefined }],
    ['port', { ...account, port: 0 }],
    ['port', { ...account, port: 21 }],
    ['port', { ...account, port: 1_023 }],
    ['tls', { ...account, tls: 'none', user: 'a', password: 'b' }],
    ['user', { ...account, password: 'b' }],
    ['user', { ...account, user: 'a\r\nb', password: 'b' }],
    ['password', { ...account, user: 'a', password: 'ü'.repeat(513) }],
    ['rate_per_minute', { ...account, rate_per_minute: -1 }],
  ];
  for (const [path, body] of refused) {
    const answer = await gateway.call('PUT', '/v1/mail/senders/a', { body: JSON.stringify(body) });
    const { issues } = answer.body.error?.details as { issues: { path: string }[] };
    expect([answer.status, issues.map((issue) => issue.path)]).toEqual([400, [path]]);
  }
});
