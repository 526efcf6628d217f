// What a spare process runs: `node spare-process.mjs PACKAGES ENTRY ARGUMENT…` loads what the program ENTRY imports, but nothing of its own
// package and of PACKAGES (URLs of folders, as JSON), waits until it is asked to serve, and then is that program. See spares.mjs.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseJson } from '../json-file.mjs';
import { apartFrom, codeOf, packageOf, writtenAt } from './program-code.mjs';

const [node = '', , changing = '[]', entry = '', ...words] = process.argv;
// The program finds its arguments where it would without this.
process.argv = [node, entry, ...words];
const say = (/** @type {import('./spares.mjs').SpareMessage} */ message) =>
  new Promise((resolve) => process.send?.(message, resolve));

let isAsked = false;
/** @type {Promise<void>} */
const asked = new Promise((resolve) =>
  process.once('message', () => {
    isAsked = true;
    resolve();
  }),
);
// Whoever could ask is gone.
process.once('disconnect', () => process.exit());

// The package manager writes it whenever it installs something.
const installation = join(process.cwd(), 'node_modules', '.modules.yaml');
const installedAt = writtenAt(installation);
const entryUrl = pathToFileURL(entry).href;
const { thirdParty, own } = codeOf(entry);
const apart = apartFrom(own, [packageOf(entryUrl), .../** @type {string[]} */ (parseJson(changing))]);
/** @type {typeof own} */
const loaded = [];
for (const url of thirdParty) if (!isAsked) await import(url);
for (const module of apart) {
  if (isAsked) break;
  loaded.push(module);
  await import(module.url);
}
await say({ is: 'loaded' });
await asked;

const changed = loaded.filter(({ url, changedAt }) => writtenAt(fileURLToPath(url)) !== changedAt);
if (changed.length > 0 || writtenAt(installation) !== installedAt) {
  await say({ is: 'outdated', packages: [...new Set(changed.map(({ url }) => packageOf(url)))] });
  process.exit();
}
process.removeAllListeners('disconnect');
await say({ is: 'serving' });
process.disconnect();
await import(entryUrl);
