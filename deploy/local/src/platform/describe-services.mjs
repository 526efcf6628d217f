// Prints, as one line of JSON, what the built services say of themselves: `node describe-services.mjs REPOSITORY NAME…`.
// A process of its own: the supervisor runs for weeks and should not hold the services' libraries.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [repoRoot = '', ...names] = process.argv.slice(2);
const load = (/** @type {string[]} */ ...parts) =>
  /** @type {Promise<unknown>} */ (import(pathToFileURL(join(repoRoot, ...parts)).href));

const settings = names.map(async (name) => {
  const { configSchema } = /** @type {{ configSchema: { shape: object } }} */ (
    await load('apps', name, 'dist', 'config.js')
  );
  return /** @type {[string, string[]]} */ ([name, Object.keys(configSchema.shape)]);
});
const { natsUsers } = /** @type {{ natsUsers: () => unknown }} */ (
  await load('packages', 'messaging', 'dist', 'permissions.js')
);
const described = { settings: Object.fromEntries(await Promise.all(settings)), natsUsers: natsUsers() };
process.stdout.write(`${JSON.stringify(described)}\n`);
