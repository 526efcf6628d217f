import { ExampleError } from '../src/platform.mjs';

const CUSTOMER = { customer_name: 'Ada Lovelace', customer_email: 'ada@example.com' };

/**
 * Starts the workflow for one customer, and shows the e-mail as it arrived in the mail house. Where a mail server of the user's own has it, it
 * says which one to look for.
 *
 * @param {{ api: import('../src/platform.mjs').Api, workflow: any, platform: import('../src/platform.mjs').Platform }} run
 */
export async function feed({ api, workflow, platform: { mail } }) {
  const { id, status, error, steps } = await api.run(workflow.id, CUSTOMER);
  if (status !== 'completed') throw new ExampleError(`Execution ${id} ${status}: ${error?.message}`);
  const sent = steps.find((/** @type {any} */ step) => step.step_id === 'send_email').output;
  if (mail === undefined) {
    console.log(`The e-mail ${sent.message_id} went to the mail server in MILLRACE_SMTP_URL: look for it at`);
    console.log(`${sent.accepted.join(', ')}.`);
    return;
  }
  const message = await findMail(mail.url, sent.message_id);
  console.log(
    `From:    ${message.from}\nTo:      ${message.to.join(', ')}\nSubject: ${message.subject}\n\n${message.text.trim()}\n`,
  );
  console.log(`To be read at ${mail.url}/mail/${message.id}`);
}

/**
 * @param {string} house
 * @param {string} messageId
 * @returns {Promise<any>}
 */
async function findMail(house, messageId) {
  const list = await getJson(`${house}/messages?message_id=${encodeURIComponent(messageId)}`);
  if (list.messages.length === 0) throw new ExampleError(`The mail house at ${house} has no e-mail ${messageId}.`);
  return getJson(`${house}/messages/${list.messages[0].id}`);
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
