import type { ExecutionList } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { converse } from './support/line-protocol.js';
import { deliver, untilHouseIsWatched } from './support/mail-house.js';
import { readEndpoints } from './support/platform.js';

/*
 * The mailbox that `npm start` brings: mail to its domain starts workflows, and nothing has to be set up for that.
 */

const api = new ApiClient();
const DESK = 'first-minute@millrace.local';

/** IMAP: the greeting, or the end of what a command brings. */
const DONE = /^(?:\* OK|\w+ (?:OK|NO|BAD)) [^\n]*\n/m;

function send(to: string): Promise<string> {
  return deliver(to, `From: grace@example.com\r\nTo: ${to}\r\nSubject: For ${to}\r\nMessage-ID: <${to}>\r\n\r\nx`);
}

it('a workflow is started by mail to its address in the domain of the house, with no mailbox to be set up', async () => {
  await untilHouseIsWatched(api);
  const workflow = await api.create({
    name: 'First minute',
    trigger: { type: 'email', config: { address: DESK } },
    steps: [{ id: 'subject', type: 'transform', config: { output: '{{input.subject}}' } }],
  });
  expect(workflow.warnings ?? []).toEqual([]);
  for (const to of ['ada@example.com', 'another-desk@millrace.local', DESK])
    expect(await send(to)).toContain('kept as');
  const execution = await eventually('an execution', async () => {
    const { executions } = await api.expect<ExecutionList>(200, 'GET', `/workflows/${workflow.id}/executions`);
    return executions.length > 0 ? executions : undefined;
  });
  expect(execution).toHaveLength(1);
  expect(await api.ended(execution[0]?.id ?? '')).toMatchObject({ status: 'completed', output: `For ${DESK}` });

  const url = new URL(readEndpoints().mail?.imap_url ?? '');
  const search = ['a LOGIN', url.username, url.password].join(' ');
  const said = await converse(
    Number(url.port),
    [search, 'b SELECT INBOX', 'c SEARCH HEADER Message-ID <ada@example.com>', 'd LOGOUT'],
    DONE,
  );
  expect(said).toMatch(/^\* SEARCH \d+/m);
});
