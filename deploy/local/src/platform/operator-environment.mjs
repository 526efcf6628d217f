import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homePaths, resolveHome } from '../paths.mjs';
import { readEndpoints } from './endpoints.mjs';

/**
 * What the operator's program needs of the installation of this home, as settings; nothing when none runs.
 *
 * @param {string} repoRoot
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
export function operatorEnvironment(repoRoot, env) {
  const paths = homePaths(resolveHome(repoRoot, env), env);
  const endpoints = readEndpoints(paths.endpointsFile);
  const masterKeys = join(paths.secrets, 'master-keys');
  const profileToken = join(paths.secrets, 'profile-token');
  const healthUrls = Object.entries(endpoints?.services ?? {}).map(([name, { health_url: url }]) => [name, url]);
  const known = {
    MILLRACE_API_URL: endpoints?.api_url,
    MILLRACE_OPERATOR_TOKEN: endpoints?.operator_token,
    MILLRACE_PUBLIC_URL: endpoints?.api_url.replace(/\/v1$/, ''),
    MILLRACE_NATS_URL: endpoints?.servers.nats.url ?? undefined,
    // The user of this one is the operator.
    MILLRACE_NATS_OPERATOR_URL: endpoints?.servers.nats.url ?? undefined,
    MILLRACE_NATS_MONITOR_URL: endpoints?.servers.nats.monitor_url,
    MILLRACE_MONGODB_URL: endpoints?.servers.mongodb.url ?? undefined,
    MILLRACE_REDIS_URL: endpoints?.servers.redis.url ?? undefined,
    MILLRACE_PROFILE_TOKEN: existsSync(profileToken) ? readFileSync(profileToken, 'utf8').trim() : undefined,
    MILLRACE_NATS_URLS: JSON.stringify(natsUrlsOf(paths.secrets, endpoints)),
    MILLRACE_HEALTH_URLS: JSON.stringify(Object.fromEntries(healthUrls)),
    // Also when it is gone: that is to be found.
    MILLRACE_MASTER_KEYS_FILE: existsSync(paths.secrets) ? masterKeys : undefined,
  };
  return Object.fromEntries(Object.entries(known).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/**
 * NATS as each service reaches it, where its users are ours.
 *
 * @param {string} secrets
 * @param {import('./endpoints.mjs').Endpoints | undefined} endpoints
 */
function natsUrlsOf(secrets, endpoints) {
  const { servers, services = {} } = endpoints ?? {};
  const base = servers?.nats.url;
  /** @type {Record<string, string>} */
  const urls = {};
  for (const service of Object.keys(services)) {
    const file = join(secrets, `nats-${service}`);
    if (!base || !existsSync(file)) continue;
    const url = new URL(base);
    [url.username, url.password] = [service, readFileSync(file, 'utf8').trim()];
    urls[service] = url.href;
  }
  return urls;
}
