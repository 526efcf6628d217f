import { readJson, writeJson } from '../json-file.mjs';

/**
 * What runs and where: the content of `<home>/endpoints.json`, which exists exactly while the platform is up.
 *
 * @typedef {object} Endpoints
 * @property {string} api_url      http://localhost:3000/v1
 * @property {string} webhook_url  http://localhost:3000/v1/webhooks
 * @property {string} token        API token of the development organisation
 * @property {{ nats: ServerEndpoint, redis: ServerEndpoint, mongodb: ServerEndpoint & { backend?: { name: string, pid: number } } }} servers
 * @property {Record<string, { pid: number | null, port: number | null, health_url: string, restarts: number }>} services `port` only where it serves the public
 * @property {number} supervisor_pid
 * @property {string} started_at   ISO 8601
 */

/** @typedef {{ url: string, pid: number | null }} ServerEndpoint `pid` is null for a server that is not ours (given by URL, or in Docker) or just restarting */

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
  return readJson(file);
}
