import { readJson, writeJson } from '../json-file.mjs';
import { DEMO_MODEL, demoModelUrl, wantsDemoModel } from './demo-model-unit.mjs';
import { MAIL_HOUSE, MAIL_HOUSE_IMAP, mailHouseUrls, wantsMailHouse } from './mail-house-unit.mjs';

/**
 * What runs and where: the content of `<home>/endpoints.json`, which exists exactly while the platform is up.
 *
 * @typedef {object} Endpoints
 * @property {string} api_url      http://localhost:3000/v1
 * @property {string} webhook_url  http://localhost:3000/v1/webhooks
 * @property {string} token        API token of the development organisation
 * @property {string} operator_token opens `/v1/organisations`, and nothing else
 * @property {DemoModelEndpoint} [ai] the demo model; absent with providers of the user's own
 * @property {MailHouseEndpoint} [mail] the mail house; absent with a mail server of the user's own
 * @property {{ nats: NatsEndpoint, redis: ServerEndpoint, mongodb: ServerEndpoint & { backend?: { name: string, pid: number } } }} servers
 * @property {Record<string, ServiceEndpoint>} services
 * @property {number} supervisor_pid
 * @property {string} started_at   ISO 8601
 */

/**
 * @typedef {object} ServerEndpoint
 * @property {string} url       with user and password where it has any: those of an operator, who may do everything
 * @property {number | null} pid null for a server that is not ours (given by URL, or in Docker) or just restarting
 * @property {number} [restarts] since the start; 0 for one that is not ours
 * @property {End} [last_end]   when and why it last ended by itself
 */

/**
 * @typedef {object} DemoModelEndpoint
 * @property {string} base_url  of an API like OpenAI's
 * @property {number | null} pid
 * @property {number} restarts since the start
 * @property {End} [last_end]  when and why it last ended by itself
 */

/**
 * @typedef {object} MailHouseEndpoint
 * @property {string} smtp_url  as MILLRACE_SMTP_URL takes it
 * @property {string} web_url   where the e-mails are read: a page for people, `/messages` for scripts
 * @property {string} [imap_url] the same by IMAP, with user and password; absent without the private runtime, which has its server
 * @property {Omit<ServerEndpoint, 'url'>} [imap]
 * @property {number | null} pid
 * @property {number} restarts since the start
 * @property {End} [last_end]  when and why it last ended by itself
 */

/** @typedef {ServerEndpoint & { monitor_url?: string, problem?: string }} NatsEndpoint `problem`: what it says is wrong, and what is waited for */

/**
 * @typedef {object} ServiceEndpoint
 * @property {number | null} pid
 * @property {number | null} port only where it serves the public
 * @property {string} health_url
 * @property {number} restarts by itself, since the start or, under `npm run dev`, since it was last changed
 * @property {End} [last_end]  when and why it last ended by itself
 */

/** @typedef {import('../processes/supervisor.mjs').End} End */

/**
 * @param {string} file
 * @param {Endpoints} endpoints
 */
export function writeEndpoints(file, endpoints) {
  writeJson(file, endpoints, 0o600);
}

/**
 * @param {string} file
 * @returns {Endpoints | undefined}
 */
export function readEndpoints(file) {
  return /** @type {Endpoints | undefined} */ (readJson(file));
}

/**
 * What runs now.
 *
 * @param {object} platform
 * @param {import('../processes/supervisor.mjs').Supervisor} platform.supervisor
 * @param {import('./server-units.mjs').ServerUnits} platform.servers
 * @param {import('./platform-ports.mjs').ServicePorts} platform.ports
 * @param {{ publicUrl: string, devToken: string, operatorToken: string, mailboxUrl: string | undefined }} platform.facts
 * @param {string[]} platform.services
 * @param {string} platform.startedAt
 * @param {NodeJS.ProcessEnv} platform.env
 * @returns {Endpoints}
 */
export function describeEndpoints({ supervisor, servers, ports, facts, services, startedAt, env }) {
  const processOf = (/** @type {string} */ name) => {
    const { pid, restarts, lastEnd } = supervisor.statusOf(name);
    return { pid: pid || null, restarts, last_end: lastEnd };
  };
  const mongodb = /** @type {Partial<import('../servers/mongo.mjs').RunningMongo> | undefined} */ (
    supervisor.statusOf('mongodb').running
  );
  const { nats, redis, mongodb: mongodbUrl } = servers.urls;
  return {
    api_url: `${facts.publicUrl}/v1`,
    webhook_url: `${facts.publicUrl}/v1/webhooks`,
    token: facts.devToken,
    operator_token: facts.operatorToken,
    ...(wantsDemoModel(env) ? { ai: { base_url: demoModelUrl(ports.demoModel), ...processOf(DEMO_MODEL) } } : {}),
    ...(wantsMailHouse(env)
      ? {
          mail: {
            ...mailHouseUrls(ports.mail),
            ...processOf(MAIL_HOUSE),
            ...(facts.mailboxUrl ? { imap_url: facts.mailboxUrl, imap: processOf(MAIL_HOUSE_IMAP) } : {}),
          },
        }
      : {}),
    servers: {
      nats: { url: nats, ...processOf('nats'), monitor_url: servers.natsMonitorUrl, problem: servers.natsProblem() },
      redis: { url: redis, ...processOf('redis') },
      mongodb: { url: mongodbUrl, ...processOf('mongodb'), backend: mongodb?.backend?.() },
    },
    services: Object.fromEntries(
      services.map((name) => [
        name,
        {
          ...processOf(name),
          port: name === 'gateway' ? ports.public : null,
          health_url: `http://127.0.0.1:${ports.health[name]}`,
        },
      ]),
    ),
    supervisor_pid: process.pid,
    started_at: startedAt,
  };
}

/**
 * All processes of the platform.
 *
 * @param {Endpoints} endpoints
 * @returns {number[]}
 */
export function pidsOf({ servers, services, ai, mail }) {
  const all = [...Object.values(servers), ...Object.values(services), servers.mongodb.backend, ai, mail, mail?.imap];
  return all.flatMap((each) => each?.pid ?? []);
}
