import { demoProviders } from './demo-model-unit.mjs';
import { mailHouseSettings, wantsMailHouse } from './mail-house-unit.mjs';

/**
 * What the platform knows when it starts a service.
 *
 * @typedef {object} PlatformFacts
 * @property {string} natsUrl with the service's own user and password
 * @property {string | undefined} natsMonitorUrl where NATS's monitoring pages are, if it is ours
 * @property {string} mongodbUrl
 * @property {string} redisUrl
 * @property {string[]} dataDirs folders of servers of ours
 * @property {number} healthPort
 * @property {number} publicPort
 * @property {string} publicUrl
 * @property {string} devToken
 * @property {string} operatorToken
 * @property {string} profileToken
 * @property {string} masterKeysFile path
 * @property {number} demoModelPort
 * @property {import('./mail-house-unit.mjs').MailPorts} mailPorts
 */

/**
 * Settings that only the platform knows. Each service gets those that its `config.ts` names.
 *
 * @param {PlatformFacts} facts
 * @returns {Record<string, string>}
 */
export function fixedSettings(facts) {
  return {
    MILLRACE_NATS_URL: facts.natsUrl,
    ...(facts.natsMonitorUrl === undefined ? {} : { MILLRACE_NATS_MONITOR_URL: facts.natsMonitorUrl }),
    MILLRACE_MONGODB_URL: facts.mongodbUrl,
    MILLRACE_REDIS_URL: facts.redisUrl,
    MILLRACE_DATA_DIRS: facts.dataDirs.join(','),
    MILLRACE_HEALTH_PORT: String(facts.healthPort),
    MILLRACE_PORT: String(facts.publicPort),
    MILLRACE_DEV_TOKEN: facts.devToken,
    MILLRACE_OPERATOR_TOKEN: facts.operatorToken,
    MILLRACE_PROFILE_TOKEN: facts.profileToken,
  };
}

/** Hosts that HTTP steps may reach although they are internal, unless the user says otherwise: this machine only. */
const ALLOWED_HOSTS = '127.0.0.1,localhost,::1';

/** The house takes e-mail as fast as it comes; a mail server of the user's own has the limit of production. */
const MAIL_HOUSE_LIMITS = { MILLRACE_MAIL_RATE_PER_MINUTE: '0' };

/** So high that a load test on one machine does not meet them; 0 is no quota. */
const HIGH_LIMITS = {
  MILLRACE_STORAGE_QUOTA_PERCENT: '0',
  MILLRACE_RATE_LIMIT_API_PER_HOUR: '100000000',
  MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE: '10000000',
  MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE: '10000000',
  MILLRACE_RATE_LIMIT_REFUSED_WEBHOOKS_PER_MINUTE: '10000000',
};

/**
 * Settings for development, which a user's own replace.
 *
 * @param {NodeJS.ProcessEnv} env `MILLRACE_RATE_LIMITS=real` gives the development organisation the limits of production
 * @param {Pick<PlatformFacts, 'publicUrl' | 'masterKeysFile' | 'demoModelPort' | 'mailPorts'>} facts
 * @returns {Record<string, string>}
 */
export function developmentSettings(env, { publicUrl, masterKeysFile, demoModelPort, mailPorts }) {
  const hasHouse = wantsMailHouse(env);
  const highLimits = { ...HIGH_LIMITS, ...(hasHouse ? MAIL_HOUSE_LIMITS : {}) };
  return {
    MILLRACE_PUBLIC_URL: publicUrl,
    MILLRACE_MASTER_KEYS_FILE: masterKeysFile,
    MILLRACE_HTTP_ALLOWED_HOSTS: ALLOWED_HOSTS,
    MILLRACE_AI_PROVIDERS: demoProviders(demoModelPort),
    ...(hasHouse ? mailHouseSettings(mailPorts) : {}),
    ...(env.MILLRACE_RATE_LIMITS === 'real' ? {} : highLimits),
  };
}

/**
 * Hosts that HTTP steps may reach although they are internal.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ hosts: string, isOwn: boolean }} `isOwn`: they are the user's choice
 */
export function allowedHosts({ MILLRACE_HTTP_ALLOWED_HOSTS: own }) {
  return own ? { hosts: own, isOwn: true } : { hosts: ALLOWED_HOSTS, isOwn: false };
}

/**
 * The heap limit of a service in MB: the user's `MILLRACE_HEAP_MB_EXECUTOR` (and so on), or that of its manifest.
 *
 * @param {{ name: string, heapMb: number }} service
 * @param {NodeJS.ProcessEnv} env
 */
export function heapLimitMb({ name, heapMb }, env) {
  const chosen = Number(env[`MILLRACE_HEAP_MB_${name.toUpperCase().replaceAll('-', '_')}`]);
  return Number.isInteger(chosen) && chosen > 0 ? chosen : heapMb;
}
