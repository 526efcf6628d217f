/**
 * What a service is told at its start; see the table below for who gets what.
 *
 * @typedef {object} ServiceSettings
 * @property {string} natsUrl
 * @property {string} mongodbUrl
 * @property {string} redisUrl
 * @property {number} publicPort
 * @property {string} publicUrl
 * @property {string} devToken
 * @property {boolean} realRateLimits whether the development organisation has the limits of production
 */

/**
 * A service of the platform: the program `apps/<name>/dist/main.js`, and its settings beside those that all get.
 *
 * @typedef {object} ServiceDefinition
 * @property {string} name
 * @property {(settings: ServiceSettings) => Record<string, string>} env
 */

/** @param {ServiceSettings} settings */
const mongodb = ({ mongodbUrl }) => ({ MILLRACE_MONGODB_URL: mongodbUrl, MILLRACE_MONGODB_DATABASE: 'millrace' });

/** So high that a load test on one machine does not meet them. */
const HIGH_LIMITS = {
  MILLRACE_RATE_LIMIT_API_PER_HOUR: '100000000',
  MILLRACE_RATE_LIMIT_EXECUTIONS_PER_MINUTE: '10000000',
  MILLRACE_RATE_LIMIT_WEBHOOKS_PER_MINUTE: '10000000',
};

/** Hosts that HTTP steps may reach although they are internal: this machine only. */
export const ALLOWED_HOSTS = '127.0.0.1,localhost,::1';

/**
 * All services that `npm start` runs. A new service is one more line here.
 *
 * @type {readonly ServiceDefinition[]}
 */
export const SERVICES = [
  {
    name: 'definitions',
    env: (settings) => ({
      ...mongodb(settings),
      MILLRACE_PUBLIC_URL: settings.publicUrl,
      MILLRACE_DEV_TOKEN: settings.devToken,
    }),
  },
  { name: 'history', env: mongodb },
  { name: 'executor', env: () => ({ MILLRACE_HTTP_ALLOWED_HOSTS: ALLOWED_HOSTS }) },
  { name: 'webhook-dispatcher', env: () => ({}) },
  {
    name: 'gateway',
    env: (settings) => ({
      MILLRACE_PORT: String(settings.publicPort),
      MILLRACE_PUBLIC_URL: settings.publicUrl,
      MILLRACE_REDIS_URL: settings.redisUrl,
      ...(settings.realRateLimits ? {} : HIGH_LIMITS),
    }),
  },
];
