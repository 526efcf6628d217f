import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestServers } from '@millrace/local/servers';
import { ExampleError } from '../src/platform.mjs';

const ADDRESS = 'support@example.com';

/** What comes to the shop. */
const MESSAGES = [
  {
    name: 'Ada Lovelace',
    from: 'ada@example.org',
    subject: 'My parcel is broken',
    text: 'I need another one today, please call me.',
  },
  { name: 'Grace Hopper', from: 'grace@example.org', subject: 'A question', text: 'Do you sell gift cards?' },
];

/**
 * Starts a mail server, sets up its mailbox, delivers messages, and shows the answers as they arrived in the mail house. Where a mail server
 * of the user's own has them, it says which ones to look for.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector, platform: { mailUrl: string | undefined } }} run
 */
export async function feed({ api, workflow, collector, platform }) {
  const server = await openTestServers(process.env).startDovecot();
  const user = 'support';
  const imap = { host: '127.0.0.1', port: server.port, tls: 'none', user, auth: { secret: server.password } };
  const folder = server.mailFolder(user);
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true });
  const mailbox = await api.call('POST', '/mailboxes', {
    address: ADDRESS,
    imap,
    since: 'all',
    after: 'move:Answered',
  });
  try {
    const run = randomBytes(6).toString('hex');
    for (const [index, message] of MESSAGES.entries()) deliver(folder, message, `${index}.${run}`);
    const test = await api.call('POST', `/mailboxes/${mailbox.id}/test`);
    if (!test.ok) throw new ExampleError(`The mailbox cannot be used: ${test.problem.message}`);
    for (const [index, { name, subject }] of MESSAGES.entries()) {
      const execution = await executionOf(api, workflow.id, `<${index}.${run}@example.org>`);
      console.log(
        `${name}: ${subject}\n  ${execution.status}, ${execution.output?.urgency}, ${execution.output?.category}`,
      );
      const { answer } = execution.output ?? {};
      if (platform.mailUrl === undefined)
        console.log(`  its answer ${answer} went to the mail server in MILLRACE_SMTP_URL: look for it there\n`);
      else await showAnswer(platform.mailUrl, answer, `<${index}.${run}@example.org>`);
    }
    const pages = collector.taken.get('/pages') ?? [];
    console.log(`${pages.length} page: ${pages.map(({ subject, about }) => `${subject} (${about})`).join(', ')}`);
  } finally {
    await api.call('DELETE', `/mailboxes/${mailbox.id}`);
    await server.stop();
  }
}

/**
 * @param {string} folder a mailbox in maildir form
 * @param {{ name: string, from: string, subject: string, text: string }} message
 * @param {string} id
 */
function deliver(folder, { name, from, subject, text }, id) {
  const lines = [`From: ${name} <${from}>`, `To: ${ADDRESS}`, `Subject: ${subject}`, `Message-ID: <${id}@example.org>`];
  writeFileSync(join(folder, 'new', `1.${id}.example`), [...lines, '', text, ''].join('\r\n'));
}

/**
 * @param {import('../src/platform.mjs').Api} api
 * @param {string} workflowId
 * @param {string} messageId
 */
async function executionOf(api, workflowId, messageId) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const { executions } = await api.call('GET', `/workflows/${workflowId}/executions?limit=10`);
    for (const { id } of executions) {
      const execution = await api.ended(id);
      if (execution.trigger.message_id === messageId) return execution;
    }
  }
  throw new ExampleError('A message started nothing within a minute; see: npm run logs -- email-ingest');
}

/**
 * @param {string} house
 * @param {string} messageId
 * @param {string} answered
 */
async function showAnswer(house, messageId, answered) {
  const list = await getJson(`${house}/messages?message_id=${encodeURIComponent(messageId)}`);
  const [found] = list.messages;
  if (found === undefined) throw new ExampleError(`The mail house at ${house} has no e-mail ${messageId}.`);
  const message = await getJson(`${house}/messages/${found.id}`);
  const source = await (await fetch(`${house}/messages/${found.id}/raw`)).text();
  const isAnswer = source.toLowerCase().includes(`in-reply-to: ${answered}`.toLowerCase());
  console.log(`  to ${message.to.join(', ')}: ${message.subject}${isAnswer ? ' (in the thread)' : ''}`);
  console.log(`  ${message.text.trim().split('\n').filter(Boolean).join('\n  ')}\n`);
}

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
async function getJson(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new ExampleError(`GET ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
