import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A problem that the reader of the terminal can fix; shown without a stack. */
export class ExampleError extends Error {}

/**
 * Where the platform listens, and the token that it made.
 *
 * @typedef {object} Platform
 * @property {string} apiUrl
 * @property {string} token
 * @property {{ url: string, smtpUrl: string, hasMailbox: boolean }} [mail] the mail house, absent with a mail server of the user's own; `hasMailbox`: mail to
 *   its domain starts workflows
 */

/**
 * The platform by `endpoints.json` in MILLRACE_HOME (`.millrace` in the repository). The file is read here, and not by `@millrace/local`: an example is
 * what users copy, and has no package of the workspace in it.
 *
 * @returns {Platform}
 */
export function findPlatform() {
  const home = process.env.MILLRACE_HOME ? resolve(process.env.MILLRACE_HOME) : join(repositoryRoot, '.millrace');
  const file = join(home, 'endpoints.json');
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ExampleError(`${file} is not there, so the platform does not run.\nStart it with: npm run up`);
  }
  const { api_url: url, token, mail } = JSON.parse(text);
  return {
    apiUrl: url.replace(/\/(v1)?\/?$/, ''),
    token,
    ...(mail && { mail: { url: mail.web_url, smtpUrl: mail.smtp_url, hasMailbox: mail.imap_url !== undefined } }),
  };
}

/** A small client of the REST API; throws {@link ExampleError} with the API's own words. */
export class Api {
  /** @param {{ apiUrl: string, token: string }} platform */
  constructor({ apiUrl, token }) {
    this.apiUrl = apiUrl;
    this.token = token;
  }

  /**
   * One call below `/v1`; returns the parsed body.
   *
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] sent as JSON
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    const answer = await fetch(`${this.apiUrl}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = text === '' ? undefined : JSON.parse(text);
    if (!answer.ok) throw new ExampleError(`${method} ${path} was refused:\n${JSON.stringify(parsed, null, 2)}`);
    return parsed;
  }

  /**
   * Creates the workflow, or makes the document a new version of the one with the same name.
   *
   * @param {{ name: string } & Record<string, unknown>} document
   */
  async save(document) {
    const known = await this.find(document.name);
    if (known === undefined) return this.call('POST', '/workflows', document);
    // An earlier run may have paused it.
    return this.call('PUT', `/workflows/${known.id}`, { status: 'active', ...document });
  }

  /** @param {string} name */
  async find(name) {
    for (let page = 1; ; page += 1) {
      const list = await this.call('GET', `/workflows?page=${page}&per_page=100`);
      const found = list.workflows.find((/** @type {{ name: string }} */ workflow) => workflow.name === name);
      if (found || page * list.per_page >= list.total) return found;
    }
  }

  /**
   * Starts an execution by API call and returns it once it has ended.
   *
   * @param {string} workflowId
   * @param {unknown} input
   */
  async run(workflowId, input) {
    const { execution_id: executionId } = await this.call('POST', `/workflows/${workflowId}/execute`, { input });
    return this.ended(executionId);
  }

  /**
   * Waits for the end of an execution, two minutes at most.
   *
   * @param {string} executionId
   */
  async ended(executionId) {
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(50)) {
      const execution = await this.call('GET', `/executions/${executionId}`);
      if (!['running', 'waiting'].includes(execution.status)) return execution;
    }
    throw new ExampleError(`Execution ${executionId} did not end within two minutes; see: npm run logs`);
  }
}
