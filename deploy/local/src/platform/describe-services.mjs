// Prints, as one line of JSON, what the built services say of themselves: `node describe-services.mjs REPOSITORY NAME…`.
// A process of its own: the supervisor runs for weeks and should not hold the services' libraries.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [repoRoot = '', ...names] = process.argv.slice(2);
const load = (/** @type {string[]} */ ...parts) =>
  /** @type {Promise<unknown>} */ (import(pathToFileURL(join(repoRoot, ...parts)).href));

const services = names.map(async (name) => {
  const { manifest } = /** @type {{ manifest: { describe: () => unknown } }} */ (
    await load('apps', name, 'dist', 'manifest.js')
  );
  return manifest.describe();
});
const { natsUsers } = /** @type {{ natsUsers: () => unknown }} */ (
  await load('packages', 'messaging', 'dist', 'permissions.js')
);
const described = { services: await Promise.all(services), natsUsers: natsUsers() };
process.stdout.write(`${JSON.stringify(described)}\n`);
