/** What any program may need of its surroundings: where programs and files are, language and time zone, and whom TLS trusts. */
const BASICS = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR'],
];

/** Settings of Node itself; by name, since variables that begin with NODE_ may hold tokens too. */
const NODE_SETTINGS = [
  ...['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_USE_SYSTEM_CA'],
  ...['NODE_DEBUG', 'NODE_NO_WARNINGS', 'NODE_PENDING_DEPRECATION', 'NODE_ICU_DATA', 'UV_THREADPOOL_SIZE'],
];

/** This process's own environment, for programs that work as if the user had started them. */
export const OWN_ENVIRONMENT = process.env;

/**
 * The environment of a program that needs nothing of ours: servers and helpers.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function bareEnvironment(env = OWN_ENVIRONMENT) {
  return pick(env, (name) => BASICS.includes(name));
}

/**
 * The environment of one service: its own settings and no other's, so that a secret reaches only the service that needs it.
 *
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env       what the user has set
 * @param {readonly string[]} options.settings  the names of the service's settings
 * @param {readonly string[]} [options.prefixes] further names that it takes, by how they begin
 * @param {Record<string, string>} options.fixed     ours, whatever the user has set
 * @param {Record<string, string>} options.defaults  ours, unless the user has set them
 * @returns {NodeJS.ProcessEnv}
 */
export function serviceEnvironment({ env, settings, prefixes = [], fixed, defaults }) {
  const isIts = (/** @type {string} */ name) =>
    settings.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
  const isBasic = (/** @type {string} */ name) => BASICS.includes(name) || NODE_SETTINGS.includes(name);
  const ours = pick({ ...defaults, ...withoutEmpty(pick(env, isIts)), ...fixed }, isIts);
  return { ...pick(env, isBasic), NODE_ENV: 'production', ...ours };
}

/**
 * An empty variable is how shells say "not set".
 *
 * @param {NodeJS.ProcessEnv} env
 */
function withoutEmpty(env) {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {(name: string) => boolean} wanted
 * @returns {NodeJS.ProcessEnv}
 */
function pick(env, wanted) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => wanted(name)));
}
