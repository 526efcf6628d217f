// Runs an example against the platform on this machine: `node examples/run.mjs NAME`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Collector } from './src/collector.mjs';
import { Api, ExampleError, findPlatform } from './src/platform.mjs';

const here = dirname(fileURLToPath(import.meta.url));

function exampleNames() {
  return readdirSync(here).filter((name) => existsSync(join(here, name, 'feed.mjs')));
}

/** @param {string | undefined} name */
async function main(name) {
  if (name === undefined || !exampleNames().includes(name)) {
    throw new ExampleError(`Usage: node examples/run.mjs NAME\nNAME is one of: ${exampleNames().join(', ')}`);
  }
  const platform = findPlatform();
  const api = new Api(platform);
  const collector = new Collector();
  await collector.start();
  try {
    const workflow = await api.save(await documentOf(join(here, name), collector.url));
    console.log(`Workflow "${workflow.name}": ${workflow.id}, version ${workflow.version}\n`);
    const { feed } = await import(new URL(`./${name}/feed.mjs`, import.meta.url).href);
    await feed({ api, workflow, collector, platform });
  } finally {
    await collector.stop();
  }
}

/**
 * The workflow of an example: `workflow.json` as it is, or `workflow.yaml` with the address of the service that it calls, which
 * listens on another port each time.
 *
 * @param {string} folder
 * @param {string} serviceUrl
 */
async function documentOf(folder, serviceUrl) {
  const asItIs = join(folder, 'workflow.json');
  if (existsSync(asItIs)) return JSON.parse(readFileSync(asItIs, 'utf8'));
  // Not before the platform was found, which has installed it.
  const { parse } = await import('yaml');
  const document = parse(readFileSync(join(folder, 'workflow.yaml'), 'utf8'));
  return { ...document, variables: { ...document.variables, service_url: serviceUrl } };
}

try {
  await main(process.argv[2]);
} catch (error) {
  // `fetch` hides what went wrong in the cause.
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : '';
  console.error(
    error instanceof ExampleError ? error.message : `${error instanceof Error ? error.stack : String(error)}${cause}`,
  );
  process.exitCode = 1;
}
