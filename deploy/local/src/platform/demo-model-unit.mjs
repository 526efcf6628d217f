import { programUnit } from './program-unit.mjs';

/** Its name among what runs. */
export const DEMO_MODEL = 'demo-model';

const HEAP_MB = 64;

/**
 * Whether the platform brings its demo model: unless the user has providers.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function wantsDemoModel(env) {
  return !env.MILLRACE_AI_PROVIDERS;
}

/**
 * @param {number} port
 * @returns {string} where its API is
 */
export function demoModelUrl(port) {
  return `http://127.0.0.1:${port}/v1`;
}

/**
 * The setting that makes it the provider of models.
 *
 * @param {number} port
 */
export function demoProviders(port) {
  const demo = { type: 'openai', base_url: demoModelUrl(port), api_key: 'demo', models: ['demo'] };
  return JSON.stringify({ demo });
}

/**
 * The demo model, ready to be supervised.
 *
 * @param {import('./program-unit.mjs').Surroundings & { port: number }} options
 * @returns {import('../processes/supervisor.mjs').Unit}
 */
export function demoModelUnit({ port, ...surroundings }) {
  return programUnit({ name: DEMO_MODEL, arguments: [String(port)], heapMb: HEAP_MB, webPort: port }, surroundings);
}
