import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MAIL_DOMAIN, MAIL_USERS } from './mail-house-unit.mjs';

const ADDRESS = `*@${MAIL_DOMAIN}`;
const HOST = '127.0.0.1';

/**
 * Where the mailbox of the mail house is.
 *
 * @typedef {{ port: number, password: string, folder: string }} MailboxServer `folder`: of its messages, in maildir form
 *
 * @typedef {{ id: string, address: string, imap: { host: string, port: number, user: string } }} Mailbox as the API has it
 */

/**
 * Sets up the mailbox of the mail house for the development organisation, so that workflows start by mail to its domain; without a `server`, takes
 * back what an earlier start has set up. What has failed is reported in a sentence: everything else works without it.
 *
 * @param {{ api_url: string, token: string }} api
 * @param {MailboxServer | undefined} server
 * @returns {Promise<string | undefined>}
 */
export async function keepLocalMailbox(api, server) {
  const call = caller(api);
  try {
    const { mailboxes } = /** @type {{ mailboxes: Mailbox[] }} */ (await call('GET', '/mailboxes?limit=100'));
    const isOurs = (/** @type {Mailbox} */ { address, imap }) =>
      address === ADDRESS && imap.host === HOST && imap.user === MAIL_USERS.local;
    const ours = mailboxes.find(isOurs);
    if (server === undefined) {
      if (ours !== undefined) await call('DELETE', `/mailboxes/${ours.id}`);
      return undefined;
    }
    const auth = { secret: server.password };
    const imap = { host: HOST, port: server.port, tls: 'none', user: MAIL_USERS.local, auth };
    // What comes before its first look is to start workflows; what an earlier mailbox has dealt with is not.
    if (ours === undefined)
      await call('POST', '/mailboxes', { address: ADDRESS, imap, since: isEmpty(server.folder) ? 'all' : 'now' });
    else if (ours.imap.port !== server.port) await call('PATCH', `/mailboxes/${ours.id}`, { imap });
    return undefined;
  } catch (error) {
    return `Mail to ${MAIL_DOMAIN} starts no workflows: its mailbox could not be set up (${/** @type {Error} */ (error).message}).`;
  }
}

/** @param {string} folder */
function isEmpty(folder) {
  return ['new', 'cur'].every((part) => readdirSync(join(folder, part)).length === 0);
}

/** @param {{ api_url: string, token: string }} api */
function caller({ api_url: url, token }) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<unknown>}
   */
  return async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
}
