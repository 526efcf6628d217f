import { executionEndpoints } from '@millrace/contracts';
import { startGateway, WORKFLOW, type RunningGateway } from './gateway.fixture.js';

/** Without the services behind it: what gets through would be SERVICE_UNAVAILABLE. */
let gateway: RunningGateway;
const EXECUTION = executionEndpoints.get.answer.example.id;
const MAILBOX = {
  address: 'support@example.com',
  imap: { host: 'imap.example.com', user: 'support', auth: { secret: 'correct-horse' } },
};

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

test('a secret or variable without a value, or with a long one, is refused before its owner is asked', async () => {
  const refused = [
    ['/v1/secrets/a', '{}'],
    ['/v1/secrets/a', '{"value":""}'],
    ['/v1/secrets/a', `{"value":"${'ü'.repeat(9_000)}"}`],
    ['/v1/secrets/a', '{"value":"x","other":1}'],
    ['/v1/variables/a', '{}'],
  ] as const;
  for (const [path, body] of refused) {
    const answer = await gateway.call('PUT', path, { body });
    expect([path, body, answer.status, answer.body.error?.code]).toEqual([path, body, 400, 'INVALID_INPUT']);
  }
});

test('a mailbox that could not be watched is refused before its owner is asked', async () => {
  const imap = (more: object) => ({ ...MAILBOX, imap: { ...MAILBOX.imap, ...more } });
  const refused = [
    { ...MAILBOX, address: 'support' },
    { ...MAILBOX, after: 'delete' },
    { ...MAILBOX, after: 'move:' },
    { ...MAILBOX, after: 'move:a\r\nb' },
    imap({ host: 'a b' }),
    imap({ port: 70_000 }),
    imap({ user: 'a\r\nb' }),
    imap({ folder: 'INBOX\n' }),
    imap({ auth: { secret: '' } }),
    imap({ auth: { secret: 'a\r\nb' } }),
    imap({ auth: {} }),
  ];
  for (const body of refused) {
    const answer = await gateway.call('POST', '/v1/mailboxes', { body: JSON.stringify(body) });
    expect([body, answer.status, answer.body.error?.code]).toEqual([body, 400, 'INVALID_INPUT']);
  }
});

test('a filter that means nothing is refused before its owner is asked, and named', async () => {
  const refused = [
    ['/v1/executions?status=failed,', 'status'],
    ['/v1/executions?status=on', 'status'],
    ['/v1/executions/count?version=2', 'version'],
    ['/v1/executions?min_ms=99', 'min_ms'],
    ['/v1/executions?from=yesterday', 'from'],
    ['/v1/executions?q=', 'q'],
    [`/v1/executions?label=${'x'.repeat(201)}`, 'label'],
    ['/v1/executions/count?limit=1', 'limit'],
    [`/v1/executions/${EXECUTION}?steps=all`, 'steps'],
    [`/v1/executions/${EXECUTION}/steps?from_index=1`, 'from_index'],
    [`/v1/executions/${EXECUTION}/steps?starting_after=1`, 'starting_after'],
    [`/v1/executions/${EXECUTION}/steps?parent=*`, 'parent'],
    [`/v1/executions/${EXECUTION}/journal?starting_after=x`, 'starting_after'],
    ['/v1/schedules?starting_after=x', 'starting_after'],
  ] as const;
  for (const [path, parameter] of refused) {
    const answer = await gateway.call('GET', path);
    const { issues } = answer.body.error?.details as { issues: { path: string }[] };
    expect([path, answer.status, issues[0]?.path]).toEqual([path, 400, parameter]);
  }
  const body = JSON.stringify({ label: 'x'.repeat(201) });
  expect((await gateway.call('POST', `/v1/workflows/${WORKFLOW}/execute`, { body })).status).toBe(400);
});
