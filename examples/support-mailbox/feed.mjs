import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { ExampleError } from '../src/platform.mjs';

const folder = new URL('./messages/', import.meta.url);

/** A message, and what it is found by: as it is sent in this run. @typedef {{ id: string, sender: string, source: string }} Mail */

/**
 * Sends messages to the address of the trigger, and shows what became of each, with the answers as they arrived in the mail house.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, collector: import('../src/collector.mjs').Collector, platform: import('../src/platform.mjs').Platform }} run
 */
export async function feed({ api, workflow, collector, platform: { mail } }) {
  // With any other mail server the answers would go to the people who once wrote these messages.
  if (mail === undefined) throw new ExampleError('This example needs the mail house: start without MILLRACE_SMTP_URL.');
  if (!mail.hasMailbox) {
    throw new ExampleError(
      'The mail house has no IMAP server, so that mail starts nothing: it is part of the private runtime, see docs/email.md.',
    );
  }
  const { address } = workflow.trigger.config;
  const mailbox = await mailboxOf(api, address);
  const run = randomBytes(6).toString('hex');
  const { hostname: host, port } = new URL(mail.smtpUrl);
  const transport = createTransport({ host, port: Number(port), ignoreTLS: true });
  const mails = readdirSync(folder).map((file) =>
    readdressed(readFileSync(new URL(file, folder), 'latin1'), address, run),
  );
  for (const { sender, source } of mails) {
    await transport.sendMail({ envelope: { from: sender, to: address }, raw: Buffer.from(source, 'latin1') });
  }
  for (const { id } of mails) await show({ api, mailbox, house: mail.url }, id);
  const pages = collector.taken.get('/pages') ?? [];
  console.log(`${pages.length} page: ${pages.map(({ subject, about }) => `${subject} (${about})`).join(', ')}`);
  // The next message would page by a service that is gone with this program.
  await api.call('POST', `/workflows/${workflow.id}/pause`);
  console.log('\nThe workflow is paused again.');
}

/**
 * The message for the address of the trigger, with an id of its own in each run: one that comes again starts nothing.
 *
 * @param {string} source
 * @param {string} address
 * @param {string} run
 * @returns {Mail}
 */
function readdressed(source, address, run) {
  const [head = '', ...body] = source.replaceAll('\r\n', '\n').split('\n\n');
  const id = /^Message-ID: *<([^>]+)>/im.exec(head)?.[1]?.replace('@', `.${run}@`) ?? run;
  const [, sender = address] = /^From:[^<]*<([^>]+)>/im.exec(head) ?? [];
  const changed = head
    .replace(/^To:.*(?:\n[ \t].*)*/im, `To: ${address}`)
    .replace(/^Message-ID:.*/im, `Message-ID: <${id}>`);
  return { id: `<${id}>`, sender, source: [changed, ...body].join('\n\n').replaceAll('\n', '\r\n') };
}

/**
 * @param {import('../src/platform.mjs').Api} api
 * @param {string} address
 * @returns {Promise<string>}
 */
async function mailboxOf(api, address) {
  const { mailboxes } = await api.call('GET', '/mailboxes?limit=100');
  const every = address.replace(/^[^@]*/, '*');
  const found = mailboxes.find((/** @type {any} */ mailbox) => mailbox.address === every);
  if (found === undefined) throw new ExampleError(`There is no mailbox ${every}; see: npm run status`);
  return found.id;
}

/**
 * @param {{ api: import('../src/platform.mjs').Api, mailbox: string, house: string }} where
 * @param {string} id
 */
async function show({ api, mailbox, house }, id) {
  const { subject, verdict, reason, execution_ids: executions } = await dealtWith(api, mailbox, id);
  console.log(subject);
  if (executions.length === 0) console.log(`  ${verdict}, starts nothing: ${reason}\n`);
  for (const one of executions) {
    const { status, output } = await api.ended(one);
    console.log(`  ${status}, ${output?.urgency}, ${output?.category}`);
    await showAnswer(house, output?.answer, id);
  }
}

/**
 * The record of a message, once it is dealt with.
 *
 * @param {import('../src/platform.mjs').Api} api
 * @param {string} mailbox
 * @param {string} id
 * @returns {Promise<any>}
 */
async function dealtWith(api, mailbox, id) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const { messages } = await api.call('GET', `/mailboxes/${mailbox}/messages?limit=100`);
    const found = messages.find((/** @type {any} */ message) => message.message_id === id);
    if (found !== undefined && found.verdict !== 'pending') return found;
  }
  throw new ExampleError('A message was not dealt with within a minute; see: npm run logs -- email-ingest');
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
  // A long header goes on in the next line.
  const isAnswer = source
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .toLowerCase()
    .includes(`in-reply-to: ${answered}`.toLowerCase());
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
