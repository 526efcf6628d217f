import { join } from 'node:path';
import { readEndpoints as read } from '@millrace/local/endpoints';

/** @typedef {import('@millrace/local/endpoints').Endpoints} Endpoints */

/**
 * Reads the endpoints of the platform that `npm start` or `npm run up` started.
 * @param {string} repository
 * @returns {Endpoints}
 */
export function readEndpoints(repository) {
  const home = process.env.MILLRACE_HOME ?? join(repository, '.millrace');
  const endpoints = read(join(home, 'endpoints.json'));
  if (endpoints === undefined)
    throw new Error(`No platform is running (no endpoints.json in ${home}). Start one: npm run up`);
  return endpoints;
}

/**
 * The options of NATS's client for a server; it takes no user and password in an address.
 * @param {string} url nats://[user:password@]host:port
 */
export function natsServer(url) {
  const { username: user, password: pass, host } = new URL(url);
  return { servers: host, ...(user === '' ? {} : { user, pass }) };
}

/**
 * One call of the API.
 * @param {Endpoints} endpoints
 * @param {string} method
 * @param {string} path below /v1
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function callApi(endpoints, method, path, body) {
  const response = await fetch(`${endpoints.api_url}${path}`, {
    method,
    headers: { authorization: `Bearer ${endpoints.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}
